using StateServer.Chaos.Checkers;

namespace StateServer.Chaos.Membership.Checkers;

/// <summary>A lost member's replacement stands in another zone: these runs always have another one that can be used.</summary>
internal static class ReplacementChecker
{
    /// <param name="replacements">Newcomers, whom they replace, and their zones.</param>
    /// <param name="lostIn">Where members were lost.</param>
    /// <param name="laterAttempts">How many machines came to be at a later attempt than the first: another zone had no room.</param>
    public static Verdict Check(IReadOnlyDictionary<(ulong Newcomer, ulong Lost), string> replacements, IReadOnlyDictionary<ulong, string> lostIn, int laterAttempts = 0)
    {
        foreach (var ((newcomer, lost), zone) in replacements)
        {
            if (lostIn.TryGetValue(lost, out string? there) && there == zone)
            {
                return new Verdict("zones", Conclusion.Violated, $"member {newcomer} was put into zone {zone}, in which member {lost} was lost, whose place it took");
            }
        }

        return new Verdict("zones", Conclusion.Holds, $"{replacements.Count} replacements of lost members, each in another zone; {laterAttempts} machines launched at a later attempt");
    }
}
