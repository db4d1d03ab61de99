using StateServer.Protos.Operator;

namespace StateServer.Cli;

/// <summary>What became of the state servers, in Juju's words.</summary>
internal static class AvailabilityText
{
    /// <summary>One line for each kind of change; nothing at all where nothing changed.</summary>
    public static string Simple(AvailabilityChanges changes) => HasAny(changes)
        ? string.Join(Environment.NewLine, Lists(changes).Where(list => list.Names.Count > 0).Select(list => $"{list.Doing} machines: {string.Join(", ", list.Names)}"))
        : "";

    /// <summary>The same for programs; lists that are empty are left out.</summary>
    public static SortedDictionary<string, string[]> Fields(AvailabilityChanges changes) => HasAny(changes)
        ? new(Lists(changes).Where(list => list.Names.Count > 0).ToDictionary(list => list.Key, list => list.Names.ToArray()), StringComparer.Ordinal)
        : new(StringComparer.Ordinal);

    /// <summary>What a run that changes nothing would do.</summary>
    public static string OfDryRun(AvailabilityProgress progress) => progress.Missing switch
    {
        > 0 => $"Nothing was changed. {ChangeText.Count(progress.Missing, "member")} would get a vote: {progress.Target} are wanted, {progress.Voters} vote.",
        < 0 => $"Nothing was changed. {ChangeText.Count(-progress.Missing, "member")} would lose the vote: {progress.Target} are wanted, {progress.Voters} vote.",
        _ => $"Nothing was changed. {progress.Target} are wanted, and {progress.Voters} vote.",
    };

    /// <summary>How far it is, in one line.</summary>
    public static string Progress(AvailabilityProgress progress)
    {
        IEnumerable<string> unready = progress.Members
            .Where(member => member.Vote != "has-vote" || member.Phase is not "voting")
            .Select(member => $"{member.Name} {member.Phase}{(member.HasLearnedPercent ? $" {member.LearnedPercent}%" : "")}");
        return $"{progress.Voters} of {progress.Target} vote"
            + string.Concat(unready.Select(member => $"; {member}"))
            + (progress.Operation.Length > 0 ? $"; {progress.Operation}" : "")
            + string.Concat(progress.Awaited.Select(awaited => $"; awaited: {awaited}"));
    }

    private static bool HasAny(AvailabilityChanges changes) =>
        changes.Added.Count + changes.Removed.Count + changes.Promoted.Count + changes.Demoted.Count + changes.Converted.Count > 0;

    private static IEnumerable<(string Doing, string Key, IReadOnlyList<string> Names)> Lists(AvailabilityChanges changes) =>
    [
        ("maintaining", "maintained", changes.Maintained),
        ("adding", "added", changes.Added),
        ("removing", "removed", changes.Removed),
        ("promoting", "promoted", changes.Promoted),
        ("demoting", "demoted", changes.Demoted),
        ("converting", "converted", changes.Converted),
    ];
}
