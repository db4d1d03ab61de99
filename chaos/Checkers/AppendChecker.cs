using System.Globalization;
using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>
/// Lists that elements <c>client.sequence</c> were appended to, a blank behind each: none acknowledged is missing, none is
/// doubled or invented, one client's stand in its order, and every list read is how the final one begins.
/// </summary>
internal static class AppendChecker
{
    /// <param name="appended">How each append ended, by list and element.</param>
    /// <param name="reads">Lists as they were read on the way.</param>
    /// <param name="lists">The lists at the end.</param>
    public static Verdict Check(
        IReadOnlyDictionary<(string List, string Element), OperationStatus> appended,
        IReadOnlyCollection<(string List, string Seen)> reads,
        IReadOnlyDictionary<string, string> lists)
    {
        string? wrong = FindLost(appended, lists) ?? FindDoubledOrInvented(appended, lists) ?? FindTurnedRound(reads, lists);
        return wrong is null
            ? new Verdict("append", Conclusion.Holds, $"{appended.Count(a => a.Value == OperationStatus.Ok)} acknowledged elements in {lists.Count} lists, {reads.Count} reads")
            : new Verdict("append", Conclusion.Violated, wrong);
    }

    private static string? FindLost(
        IReadOnlyDictionary<(string List, string Element), OperationStatus> appended, IReadOnlyDictionary<string, string> lists)
    {
        var elements = lists.ToDictionary(l => l.Key, l => l.Value.Split(' ').ToHashSet(StringComparer.Ordinal));
        foreach (((string list, string element), OperationStatus status) in appended)
        {
            if (status == OperationStatus.Ok && !(elements.TryGetValue(list, out HashSet<string>? there) && there.Contains(element)))
            {
                return $"{element} was acknowledged and is missing from {list}";
            }
        }

        return null;
    }

    private static string? FindDoubledOrInvented(
        IReadOnlyDictionary<(string List, string Element), OperationStatus> appended, IReadOnlyDictionary<string, string> lists)
    {
        foreach ((string list, string text) in lists)
        {
            var last = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (string element in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!appended.TryGetValue((list, element), out OperationStatus status) || status == OperationStatus.Fail)
                {
                    return $"{element} is in {list} though it failed or was never appended";
                }

                string[] parts = element.Split('.');
                int sequence = int.Parse(parts[1], CultureInfo.InvariantCulture);
                if (last.TryGetValue(parts[0], out int before) && sequence <= before)
                {
                    return $"{element} stands behind {parts[0]}.{before} in {list}: doubled, or out of its client's order";
                }

                last[parts[0]] = sequence;
            }
        }

        return null;
    }

    private static string? FindTurnedRound(IReadOnlyCollection<(string List, string Seen)> reads, IReadOnlyDictionary<string, string> lists)
    {
        foreach ((string list, string seen) in reads)
        {
            if (seen.Length > 0 && !(lists.TryGetValue(list, out string? final) && final.StartsWith(seen, StringComparison.Ordinal)))
            {
                return $"a read of {list} saw a list of {seen.Length} bytes that the final one doesn't begin with";
            }
        }

        return null;
    }
}
