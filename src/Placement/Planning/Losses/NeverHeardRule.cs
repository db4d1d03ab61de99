using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Losses;

/// <summary>A machine that was launched and whose agent never spoke is lost when its time to start is over.</summary>
internal sealed class NeverHeardRule : ILossRule
{
    public LossFinding? Judge(MachineRecord machine, PlanningInput input, SilenceVerdict silence)
    {
        if (machine.Status != MachineStatus.Starting)
        {
            return null;
        }

        long since = Math.Max(0, input.NowMilliseconds - machine.StatusSinceMilliseconds);
        return since < PlanningLimits.StartGraceMilliseconds
                ? new LossFinding(false, $"it starts since {since / 1000} s", PlanningLimits.StartGraceMilliseconds - since)
            : !input.Contact.GraceIsOver ? new LossFinding(false, "its agent was never heard; the leader is new, and agents have time to find it", null)
            : new LossFinding(true, $"its agent was not heard {since / 1000} s after the launch", null);
    }
}
