using System.Collections.Immutable;

namespace StateServer.Options;

/// <summary>Where a member that joins a running cluster finds others, as <c>host:port</c> of their peer ports, comma-separated.</summary>
internal static class JoinList
{
    /// <summary>Twice the most members that a cluster has while it replaces all of them: a longer list is another one, given by mistake.</summary>
    public const int MostPeers = 16;

    /// <summary>Parses a list. What it says in all is judged by <see cref="Errors"/>.</summary>
    /// <returns>Null, or what would be right.</returns>
    public static string? TryParse(string text, out ImmutableArray<string> peers)
    {
        peers = [.. text.Split(',', StringSplitOptions.TrimEntries)];
        return peers.Select(HostPort.Error).FirstOrDefault(wrong => wrong is not null);
    }

    /// <summary>
    /// All that is wrong with a list, one line each. This member's own address is no mistake beside others: it may have been the
    /// address of a member that is gone, and nobody answers a newcomer there.
    /// </summary>
    /// <param name="peers">The list; not empty.</param>
    /// <param name="own">This member's own address; null where it could not be read.</param>
    public static IEnumerable<string> Errors(ImmutableArray<string> peers, string? own)
    {
        if (peers.Length > MostPeers)
        {
            yield return $"{peers.Length} addresses are too many; some are enough, {MostPeers} at most";
        }

        foreach (string peer in peers.GroupBy(p => p, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key))
        {
            yield return $"the address {peer} occurs more than once";
        }

        if (peers.Length > 0 && peers.All(peer => peer == own))
        {
            yield return $"{own} is this member's own address; give other members'";
        }
    }
}
