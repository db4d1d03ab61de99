using System.Collections.Immutable;
using StateServer.Domain.Model;

namespace StateServer.Domain.Membership;

/// <summary>What an operator asked newcomers to be.</summary>
/// <param name="Series">The operating system's series; null for that of the state servers there are.</param>
/// <param name="Constraints">What their machines must offer; null for what those of the state servers there are offer.</param>
/// <param name="To">The zones they are to stand in, in the order given; empty for any. Such a zone is obeyed and never falls back.</param>
public sealed record MemberWish(string? Series, Constraints? Constraints, ImmutableArray<PlacementDirective> To)
{
    /// <summary>Nothing is asked for.</summary>
    public static MemberWish None { get; } = new(null, null, []);
}
