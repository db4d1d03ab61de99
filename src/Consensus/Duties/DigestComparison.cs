using StateServer.Domain.Identity;

namespace StateServer.Consensus.Duties;

/// <summary>
/// Compares what members say the digest of their state was at the same indexes. A digest shared by a majority of all voters, not
/// only of those that answered, is right; where there is none, difference is all that can be said. A pure function.
/// </summary>
internal static class DigestComparison
{
    /// <summary>Compares.</summary>
    /// <param name="voters">How many voters there are, answering or not.</param>
    /// <param name="points">What each voter that answered holds: digests by index.</param>
    /// <returns>The verdict on each that answered, from the newest index at which it could be compared with another (0: none).</returns>
    public static IReadOnlyDictionary<NodeId, (DigestVerdict Verdict, long Index)> Compare(
        int voters, IReadOnlyDictionary<NodeId, IReadOnlyDictionary<long, ulong>> points)
    {
        var quorum = (voters / 2) + 1;
        var verdicts = points.Keys.ToDictionary(member => member, _ => (DigestVerdict.Agrees, 0L));
        foreach (var index in points.Values.SelectMany(held => held.Keys).Distinct().Order())
        {
            var there = points.Where(held => held.Value.ContainsKey(index)).ToList();
            if (there.Count < 2)
            {
                continue;
            }

            var groups = there.GroupBy(held => held.Value[index]).ToList();
            var right = groups.Find(group => group.Count() >= quorum);
            foreach (var group in groups)
            {
                var verdict = groups.Count == 1 || group == right ? DigestVerdict.Agrees
                    : right is not null ? DigestVerdict.Minority
                    : DigestVerdict.Undecided;
                foreach (var (member, _) in group)
                {
                    verdicts[member] = (verdict, index);
                }
            }
        }

        return verdicts;
    }
}
