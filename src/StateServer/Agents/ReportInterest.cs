using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using Wire = StateServer.Protos.Agent;

namespace StateServer.Agents;

/// <summary>Which reports tell the model anything: only those enter the log. Pure.</summary>
internal static class ReportInterest
{
    /// <summary>The report as the model takes it.</summary>
    /// <returns>Null where it can't be right.</returns>
    public static UnitReport? Read(Wire.UnitReport report)
    {
        var isRight = report.Number >= 0
            && report.Assignment >= 1
            && report.Restarts >= 0
            && report.Service.Length is > 0 and <= ServiceName.MostCharacters
            && report.Status is > Wire.UnitStatus.Unspecified and <= Wire.UnitStatus.Stopped
            && report.Address.Length <= ModelLimits.LongestName;
        if (!isRight)
        {
            return null;
        }

        var line = report.Message.ReplaceLineEndings(" ");
        return new(
            new UnitName(new ServiceName(report.Service), report.Number),
            report.Assignment,
            (UnitStatus)(int)report.Status,
            line.Length <= ModelLimits.LongestLine ? line : line[..ModelLimits.LongestLine],
            report.Address.Length == 0 ? null : report.Address,
            report.Restarts);
    }

    /// <summary>True where the model would change by it.</summary>
    public static bool Has(ModelState model, MachineId machine, UnitReport report)
    {
        if (!model.Units.TryGetValue(report.Unit, out var unit))
        {
            return false;
        }

        if (unit.Predecessor is { } predecessor && predecessor.Machine == machine && predecessor.Assignment == report.Assignment)
        {
            return report.Status == UnitStatus.Stopped;
        }

        return unit.Machine == machine
            && unit.Assignment == report.Assignment
            && (unit.Status != report.Status
                || unit.Message != report.Message
                || unit.Address != report.Address
                || unit.Restarts != report.Restarts
                || (report.Status == UnitStatus.Stopped && unit.Life == Life.Dying));
    }
}
