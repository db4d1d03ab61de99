using System.Collections.Immutable;

namespace StateServer.Cli.Verbs;

/// <summary>The verbs about the state servers.</summary>
internal static class MembershipVerbs
{
    /// <summary>Makes them, in the order in which help lists them.</summary>
    public static ImmutableArray<Verb> Create() =>
    [
        EnsureAvailabilityVerb.Create(),
        MemberVerb.Create(),
        LeaderVerb.Create(),
        HealingVerb.Create(),
    ];
}
