using System.Collections.Immutable;
using StateServer.Api.Model;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Reports.Members;
using Wire = StateServer.Protos.Operator;

namespace StateServer.Api.Operator;

/// <summary>Operators' requests about the members as commands. What can't be right is refused here, the rest by the log. Pure.</summary>
internal static class MembershipRequests
{
    /// <summary>The longest reason that is kept: what the model keeps as a line.</summary>
    private const int LongestWhy = 256;

    /// <summary>How many voters there are to be.</summary>
    public static SetTargetCommand ToCommand(Wire.EnsureAvailabilityRequest request, EnvironmentSettings? environment)
    {
        if (environment is { AvailabilitySetsEnabled: true } && request.To.Count > 0)
        {
            throw ModelFailure.Forbidden("unit placement is not supported with availability-sets-enabled");
        }

        ImmutableArray<PlacementDirective> to = [.. request.To.Select(Directive)];
        return new SetTargetCommand(
            request.Voters,
            new MemberWish(request.Series.Length == 0 ? null : request.Series, ConstraintsOf(request.Constraints, environment), to),
            request.Force);
    }

    /// <summary>For how long nothing is healed by itself.</summary>
    /// <param name="request">The request.</param>
    /// <param name="nowMilliseconds">Unix time.</param>
    public static SetHealingPauseCommand ToCommand(Wire.PauseHealingRequest request, long nowMilliseconds)
    {
        if (request.ForMilliseconds < 0)
        {
            throw ModelFailure.Wrong($"for_milliseconds is {request.ForMilliseconds}; give 0 for no end, or more");
        }

        string why = request.Why.ReplaceLineEndings(" ");
        return new SetHealingPauseCommand(
            Paused: true,
            request.ForMilliseconds == 0 ? long.MaxValue : checked(nowMilliseconds + Math.Min(request.ForMilliseconds, (long)TimeSpan.FromDays(365).TotalMilliseconds)),
            why.Length == 0 ? "an operator paused it" : why.Length > LongestWhy ? why[..LongestWhy] : why);
    }

    /// <summary>The member that a request names.</summary>
    /// <exception cref="Grpc.Core.RpcException">NOT_FOUND: it names none.</exception>
    public static NodeId Member(ReplicatedState state, string text) => MemberNames.Find(state, text)
        ?? throw ModelFailure.NotFound($"there is no member \"{text}\"; 'stateserver member list' shows them");

    private static Constraints? ConstraintsOf(string text, EnvironmentSettings? environment)
    {
        if (text.Length == 0)
        {
            return null;
        }

        return ConstraintText.TryParse(text, out ConstraintRequest constraints) is { } wrong
            ? throw ModelFailure.Wrong(wrong)
            : ConstraintMerge.Merge(environment?.Constraints ?? Constraints.None, constraints);
    }

    private static PlacementDirective Directive(string text)
    {
        if (PlacementDirective.TryParse(text, out PlacementDirective directive) is { } wrong)
        {
            throw ModelFailure.Wrong(wrong);
        }

        return directive.Zone is null ? throw ModelFailure.Wrong($"unknown placement directive: {text}") : directive;
    }
}
