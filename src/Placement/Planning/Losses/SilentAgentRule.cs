using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Losses;

/// <summary>A machine whose agent is silent for <c>replace-after</c> is lost, once a new leader's grace is over and unless too many are silent at once.</summary>
internal sealed class SilentAgentRule : ILossRule
{
    /// <summary>DESIGN.md's default, where no environment says otherwise.</summary>
    private const int DefaultReplaceAfterSeconds = 30;

    /// <summary>How long an agent may be silent.</summary>
    public static long ReplaceAfterMilliseconds(PlanningInput input) =>
        (input.Model.Environment?.ReplaceAfterSeconds ?? DefaultReplaceAfterSeconds) * 1000L;

    public LossFinding? Judge(MachineRecord machine, PlanningInput input, SilenceVerdict silence)
    {
        if (machine.Status != MachineStatus.Running || !input.Contact.SilentForMilliseconds.TryGetValue(machine.Id, out long silent))
        {
            return null;
        }

        long allowed = ReplaceAfterMilliseconds(input);
        string since = $"its agent is silent for {silent / 1000} s";
        return silent < allowed ? new LossFinding(false, $"{since} of {allowed / 1000} s", allowed - silent)
            : !input.Contact.GraceIsOver ? new LossFinding(false, $"{since}; the leader is new, and agents have time to find it", null)
            : silence.IsPaused ? new LossFinding(false, $"{since}; {silence.Paused}", null)
            : new LossFinding(true, silence.FailedZone is { } zone ? $"{since}; zone {zone} failed" : since, null);
    }
}
