using System.Collections.Immutable;

namespace StateServer.Consensus;

/// <summary>
/// What a member that joins a running cluster is told of it, beside the cluster's id and its own: it begins without a
/// configuration, says who and where it is at these addresses, and learns the rest from the leader. Used at the first start only,
/// and later where no other address leads to a member any more.
/// </summary>
/// <param name="Peers">host:port of some members' peer services, one at least; those that are gone by then do no harm.</param>
public sealed record JoinInformation(ImmutableArray<string> Peers);
