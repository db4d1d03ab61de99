using StateServer.Chaos.Membership.Faults;

namespace StateServer.Chaos.Membership;

/// <summary>The workload <c>membership</c> and its faults. It has a cluster of its own kind, and nothing runs beside it.</summary>
internal static class MembershipCatalogue
{
    /// <summary>The workload's name.</summary>
    public const string Workload = "membership";

    /// <summary>One line: what it does and what is checked.</summary>
    public const string Description =
        "unique keys through all state servers that run, while members are lost and replaced by themselves; alone, with its own faults: full redundancy at the end, nothing acknowledged lost, nothing acknowledged by removed members, one leader a term";

    /// <summary>Its faults, by name. The next one is a file, and a line here.</summary>
    public static IReadOnlyList<IMembershipFault> Faults { get; } =
    [
        new LossFault(leader: true, followers: 0),
        new LossFault(leader: false, followers: 1),
        new LossFault(leader: true, followers: 1),
        new ZoneLossFault(),
        new LossInChangeFault(all: false),
        new LossInChangeFault(all: true),
        new NewcomerLossFault(),
        new LostAnswerFault(),
        new ProviderOutageFault(errs: false),
        new ProviderOutageFault(errs: true),
        new SleepFault(),
        new ComeBackFault(),
    ];
}
