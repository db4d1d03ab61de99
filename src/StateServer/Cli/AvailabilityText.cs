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

    /// <summary>What a run that changes nothing would do: the lines that a real one would print, then the steps to it, then what is in the way.</summary>
    public static string OfDryRun(AvailabilityProgress progress) => string.Join(
        Environment.NewLine,
        [
            Summary(progress),
            .. progress.Steps.Count > 0 && Simple(progress.Changes) is { Length: > 0 } changes ? (string[])[changes] : [],
            .. progress.Steps.Count > 0 ? (string[])["Steps:"] : [],
            .. progress.Steps.Select(step => $"- {step}"),
            .. progress.Awaited.Count > 0 ? (string[])["In the way:"] : [],
            .. progress.Awaited.Select(awaited => $"- {awaited}"),
        ]);

    /// <summary>The same for programs.</summary>
    public static object FieldsOfDryRun(AvailabilityProgress progress) => new
    {
        progress.Target,
        progress.Voters,
        progress.Missing,
        Reached = progress.Done,
        Changes = Fields(progress.Changes),
        progress.Steps,
        progress.Awaited,
        progress.Warnings,
    };

    private static string Summary(AvailabilityProgress progress) => progress.Missing switch
    {
        > 0 => $"Nothing was changed. {ChangeText.Count(progress.Missing, "member")} would get a vote: {Wanted(progress)}, {Voting(progress)}.",
        < 0 => $"Nothing was changed. {ChangeText.Count(-progress.Missing, "member")} would lose the vote: {Wanted(progress)}, {Voting(progress)}.",
        _ => $"Nothing was changed. {Wanted(progress)}, and {Voting(progress)}.",
    };

    private static string Wanted(AvailabilityProgress progress) => progress.Target == 1 ? "1 is wanted" : $"{progress.Target} are wanted";

    private static string Voting(AvailabilityProgress progress) => progress.Voters == 1 ? "1 votes" : $"{progress.Voters} vote";

    /// <summary>How far it is, in one line.</summary>
    public static string Progress(AvailabilityProgress progress)
    {
        IEnumerable<string> unready = progress.Members
            .Where(member => member.Vote != "has-vote" || member.Phase is not "voting")
            .Select(member => $"{member.Name} {member.Phase}{(member.Reason.Length > 0 ? $" ({member.Reason})" : "")}");
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
