using System.Collections.Immutable;
using StateServer.Api.Operator;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Model.View;
using StateServer.Reports;
using StateServer.Reports.Formats;
using StateServer.Reports.Members;
using Wire = StateServer.Protos.Operator;

namespace StateServer.Api.Model;

/// <summary>
/// Says why a unit, machine or member stands where it does: what the records tell, on any member, and what the planner tells, where this
/// member leads. Thread-safe.
/// </summary>
/// <param name="time">For ages.</param>
/// <param name="preview">The planner; null where this member has none.</param>
/// <param name="rounds">Asks the leader what it hears of the members; null where nobody does.</param>
internal sealed class ModelExplanations(TimeProvider time, IPlanPreview? preview = null, StatusRounds? rounds = null)
{
    /// <summary>How long members are waited for where the leader is asked what it hears.</summary>
    private static readonly TimeSpan AskTime = TimeSpan.FromSeconds(1);

    /// <summary>A member that was not heard for so long is told as silent: more than any election timeout by default.</summary>
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(1);

    /// <summary>Most events that are told of a member.</summary>
    private const int MostHistory = 20;

    /// <summary>Explains a unit (its name has a slash), a machine (its number) or a member (its name or id).</summary>
    /// <exception cref="Grpc.Core.RpcException">There is none, or the text names neither.</exception>
    public async Task<Wire.ExplainResponse> ExplainAsync(string subject, ReplicatedState state, CancellationToken cancellationToken)
    {
        var response = new Wire.ExplainResponse { Revision = state.Keyspace.Revision.Value };
        if (subject.Contains('/', StringComparison.Ordinal))
        {
            UnitName name = ModelRequests.Unit(subject);
            UnitRecord unit = state.Model.Units.GetValueOrDefault(name) ?? throw ModelFailure.NotFound($"unit \"{name}\" not found");
            Tell(response, unit, state.Model);
            await AddPlacementAsync(response, planner => planner.ExplainAsync(state, name, cancellationToken));
        }
        else if (!IsMachine(subject, state) && MemberNames.Find(state, subject) is { } member)
        {
            await TellAsync(response, member, state, cancellationToken);
        }
        else if (!IsMachine(subject, state) && HistoryOf($"member {subject}", state.Model) is { IsEmpty: false } history)
        {
            response.Subject = $"member {subject}";
            response.Summary = $"member {subject} is no member any more";
            response.History.Add(history);
        }
        else
        {
            MachineId id = subject.All(char.IsAsciiDigit)
                ? ModelRequests.Machine(subject)
                : throw ModelFailure.Wrong($"'{subject}' is no unit, machine or member; give such as web/0, 3 or server-1");
            MachineRecord machine =
                state.Model.Machines.GetValueOrDefault(id) ?? throw ModelFailure.NotFound($"machine {id} not found");
            Tell(response, machine);
            await AddPlacementAsync(response, planner => planner.ExplainAsync(state, id, cancellationToken));
        }

        return response;
    }

    private static ImmutableArray<Wire.ModelEvent> HistoryOf(string subject, ModelState model) =>
        [.. model.Events.Where(happened => happened.Subject == subject).TakeLast(MostHistory).Select(ModelMessages.ToMessage)];

    private static bool IsMachine(string subject, ReplicatedState state) =>
        subject.All(char.IsAsciiDigit) && state.Model.Machines.Keys.Any(machine => machine.ToString() == subject);

    private async Task TellAsync(Wire.ExplainResponse response, NodeId member, ReplicatedState state, CancellationToken cancellationToken)
    {
        string name = MemberNames.NameOf(state, member);
        LeaderSight sight = rounds is null ? LeaderSight.None : await rounds.SightAsync(AskTime, cancellationToken);
        MemberDetail detail = new MemberDetails(state, sight, time.GetUtcNow()).Of(member, null, sight.IsSilent(member, SilentAfter));
        string machine = detail.Machine is { } number ? $" on machine {number}" : "";
        response.Subject = $"member {name}";
        response.Summary = $"member {name} is {detail.Phase ?? "a member"}{machine} in "
            + $"{(MemberNames.ZoneOf(state, member) is { } zone ? $"zone {zone}" : "no zone yet")}{Message(detail.Reason ?? "")}";
        if (MembershipReportBuilder.OperationOf(state, time.GetUtcNow()) is { } operation && state.Membership.Operation!.Names(member))
        {
            response.Awaited.Add($"operation {operation.Id}, {MembershipText.OperationWords(operation)}");
        }

        if (MemberNames.MachineOf(state, member) is { } id && state.Model.Machines.TryGetValue(id, out MachineRecord? record))
        {
            response.Attempts.Add(record.Attempts.Select(ModelMessages.ToMessage));
        }

        response.History.Add(HistoryOf(response.Subject, state.Model));
        await AddPlacementAsync(response, planner => planner.ExplainAsync(state, member, cancellationToken));
    }

    private static void Tell(Wire.ExplainResponse response, UnitRecord unit, ModelState model)
    {
        MachineRecord? machine = unit.Machine is { } id ? model.Machines.GetValueOrDefault(id) : null;
        response.Subject = $"unit {unit.Name}";
        response.Summary = machine is null
            ? $"{unit.Name} has no machine yet{Wanted(unit.Directive)}{Message(unit.Message)}"
            : $"{unit.Name} is {ModelWords.Of(unit.Status)} on machine {machine.Id} in {Place(machine)}{Wanted(unit.Directive)}{Message(unit.Message)}";
        if (unit.Life == Life.Dying)
        {
            response.Awaited.Add("it is to go: its process is stopped first");
        }

        if (unit.Predecessor is { } earlier)
        {
            response.Awaited.Add(model.Services.GetValueOrDefault(unit.Name.Service) is { IsSingleton: true }
                ? $"the end of its earlier process on machine {earlier.Machine}: no two may run at once"
                : $"its earlier process on machine {earlier.Machine} may still run");
        }

        if (machine is not null)
        {
            Await(response, machine);
            response.Attempts.Add(machine.Attempts.Select(ModelMessages.ToMessage));
        }
    }

    private static void Tell(Wire.ExplainResponse response, MachineRecord machine)
    {
        response.Subject = $"machine {machine.Id}";
        response.Summary =
            $"machine {machine.Id} is {ModelWords.Of(machine.Status)}{(machine.Cordoned ? " and cordoned" : "")} in {Place(machine)}{Wanted(machine.Directive)}{Message(machine.Message)}";
        if (machine.Life == Life.Dying)
        {
            response.Awaited.Add("it is to go: its instance is terminated first");
        }

        Await(response, machine);
        response.Attempts.Add(machine.Attempts.Select(ModelMessages.ToMessage));
    }

    private static void Await(Wire.ExplainResponse response, MachineRecord machine)
    {
        string? awaited = machine.Status switch
        {
            MachineStatus.Pending => $"the launch of machine {machine.Id}{Message(machine.Message)}",
            MachineStatus.Launching => $"the outcome of launch attempt {machine.Attempts[^1].Number} of machine {machine.Id} in zone {machine.Attempts[^1].Zone}",
            MachineStatus.Starting when machine.StateServer is not null => $"the state server on machine {machine.Id}, until it joins",
            MachineStatus.Starting => $"the first word of the agent on machine {machine.Id}",
            MachineStatus.Lost => $"machine {machine.Id} is lost: its units are placed elsewhere",
            MachineStatus.Terminating => $"the end of machine {machine.Id}'s instance",
            _ => null,
        };
        if (awaited is not null)
        {
            response.Awaited.Add(awaited);
        }
    }

    private async Task AddPlacementAsync(
        Wire.ExplainResponse response, Func<IPlanPreview, ValueTask<PlacementExplanation>> explain)
    {
        if (preview is null)
        {
            response.WithoutPlan = "this member has no planner";
            return;
        }

        try
        {
            PlacementExplanation explanation = await explain(preview);
            response.Zones.Add(explanation.Zones.Select(ToMessage));
            response.Machines.Add(explanation.Machines.Select(ToMessage));
            response.Awaited.Add(explanation.Awaited.Except(response.Awaited));
            response.Decided = explanation.Decided;
        }
        catch (PlanUnavailableException unavailable)
        {
            response.WithoutPlan = unavailable.Message;
        }
    }

    private static Wire.Candidate ToMessage(PlacementCandidate candidate)
    {
        var message = new Wire.Candidate
        {
            Name = candidate.Name,
            Chosen = candidate.IsChosen,
            FilteredBy = candidate.FilteredBy,
            Reason = candidate.Reason,
        };
        message.Scores.Add(candidate.Scores.Select(s => new Wire.Score { Rule = s.Rule, Value = s.Value }));
        return message;
    }

    private static string Place(MachineRecord machine) => machine.Zone is { } zone ? $"zone {zone}" : "no zone yet";

    private static string Wanted(PlacementDirective directive) => directive.IsNone ? "" : $", wanted by --to {directive}";

    private static string Message(string message) => message.Length == 0 ? "" : $": {message}";
}
