using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Losses;

/// <summary>One rule by which a machine is lost. Pure.</summary>
internal interface ILossRule
{
    /// <summary>Judges a machine that is launched and not yet lost.</summary>
    /// <returns>Why it is lost, or why it isn't yet and when to look again; null where the rule has nothing to say.</returns>
    LossFinding? Judge(MachineRecord machine, PlanningInput input, SilenceVerdict silence);
}
