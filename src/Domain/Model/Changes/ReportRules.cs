using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model.View;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Model.Changes;

/// <summary>What agents say of their units. A report may be late: what it says of an earlier assignment counts only as that one's end.</summary>
internal static class ReportRules
{
    public static Rejection? Report(ModelDraft draft, ReportUnitsCommand command)
    {
        if ((MachineRules.Find(draft, command.Machine, out _) ?? ArgumentCheck.Count(command.Units.Length, 1, "reports")) is { } refused)
        {
            return refused;
        }

        foreach (var report in command.Units)
        {
            if (Check(report) is { } wrong)
            {
                return wrong;
            }
        }

        foreach (var report in command.Units)
        {
            Hear(draft, command.Machine, report);
        }

        return null;
    }

    private static Rejection? Check(UnitReport report)
    {
        if (!Enum.IsDefined(report.Status) || report.Restarts < 0)
        {
            return ModelRefusal.Invalid($"a report of unit {report.Unit} has the status {(int)report.Status} and {report.Restarts} restarts");
        }

        return report.Address is null ? null : ArgumentCheck.Name(report.Address, "address");
    }

    private static void Hear(ModelDraft draft, MachineId machine, UnitReport report)
    {
        if (!draft.Units.TryGet(report.Unit, out var unit))
        {
            return;
        }

        if (unit.Predecessor is { } before && before.Machine == machine && before.Assignment == report.Assignment)
        {
            if (report.Status == UnitStatus.Stopped)
            {
                AssignmentRules.EndPredecessor(draft, unit);
            }

            return;
        }

        if (unit.Machine == machine && unit.Assignment == report.Assignment)
        {
            Take(draft, unit, report);
        }
    }

    private static void Take(ModelDraft draft, UnitRecord unit, UnitReport report)
    {
        var isOtherStatus = unit.Status != report.Status;
        var next = unit with
        {
            Status = report.Status,
            Message = ModelLine.Of(report.Message),
            Address = report.Address,
            Restarts = report.Restarts,
            StatusSinceMilliseconds = isOtherStatus ? draft.Timestamp : unit.StatusSinceMilliseconds,
        };
        if (next == unit)
        {
            return;
        }

        draft.SetUnit(next);
        if (isOtherStatus)
        {
            var message = next.Message.Length == 0 ? "" : $": {next.Message}";
            draft.Tell(ModelEventKind.UnitStatus, $"unit {unit.Name}", $"{ModelWords.Of(report.Status)} on machine {unit.Machine}{message}");
        }

        UnitRules.ForgetIfEnded(draft, next);
    }
}
