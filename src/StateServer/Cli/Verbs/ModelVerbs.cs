using System.Collections.Immutable;

namespace StateServer.Cli.Verbs;

/// <summary>The verbs about machines, services and units.</summary>
internal static class ModelVerbs
{
    /// <summary>Makes them, in the order in which help lists them.</summary>
    public static ImmutableArray<Verb> Create() =>
    [
        DeployVerb.Create(),
        AddUnitVerb.Create(),
        RemoveUnitVerb.Create(),
        RemoveServiceVerb.Create(),
        AddMachineVerb.Create(),
        RemoveMachineVerb.Create(),
        ExposeVerb.Create(),
        UnexposeVerb.Create(),
        SetConstraintsVerb.Create(),
        GetConstraintsVerb.Create(),
        RetryProvisioningVerb.Create(),
        ConfirmLossVerb.Create(),
        ConfirmRestoreVerb.Create(),
        SweepVerb.Create(),
        CordonVerb.Create(),
        UncordonVerb.Create(),
        ExplainVerb.Create(),
        EventsVerb.Create(),
        LogsVerb.Create(),
    ];
}
