using System.Globalization;
using System.Text;

namespace StateServer.Reports.Formats;

/// <summary>The membership for people: redundancy, the operation, healing and what is awaited, a line each.</summary>
internal static class MembershipText
{
    /// <summary>The lines; none where there is nothing to say.</summary>
    /// <param name="membership">What to tell.</param>
    /// <param name="voters">How many vote.</param>
    /// <param name="lost">How many of these are lost.</param>
    public static IEnumerable<string> Lines(MembershipSummary membership, int voters, int lost)
    {
        if (RedundancyLine(membership, voters, lost) is { } redundancy)
        {
            yield return redundancy;
        }

        if (membership.Operation is { } operation)
        {
            yield return OperationLine(operation);
        }

        if (HealingLine(membership.Healing) is { } healing)
        {
            yield return healing;
        }

        foreach (string awaited in membership.Awaited)
        {
            yield return $"Awaited: {awaited}";
        }
    }

    /// <summary>How many of those that vote are lost.</summary>
    public static int LostVoters(ClusterReport report) => report.Members.Count(member => member is { Vote: "removing-vote", Phase: "lost" });

    /// <summary>How long redundancy is full, or isn't; null where nobody asked for a number.</summary>
    public static string? RedundancyLine(MembershipSummary membership, int voters, int lost) => membership switch
    {
        { FullForSeconds: { } full } => $"Redundancy: full for {Age(full)}, {membership.Target} of {membership.Target} members vote",
        { ShortForSeconds: { } missing } => $"Redundancy: not full for {Age(missing)}, {voters} of {membership.Target} members vote{(lost == 0 ? "" : $", and {lost} of them {(lost == 1 ? "is" : "are")} lost")}",
        _ => null,
    };

    /// <summary>The operation with its step and age.</summary>
    public static string OperationLine(OperationReport operation) => string.Create(
        CultureInfo.InvariantCulture,
        $"Operation {operation.Id} ({operation.Kind}{(operation.Undoing ? ", being taken back" : "")}), {operation.StepsDone} of {operation.Steps} vote changes in force, begun {Age(operation.AgeSeconds)} ago: {operation.Step} ({operation.Reason})");

    /// <summary>The operation in few words, without what moves with time alone.</summary>
    public static string OperationWords(OperationReport operation) =>
        $"{operation.Kind}{(operation.Undoing ? ", being taken back" : "")}: {operation.Step} ({operation.Reason})";

    /// <summary>Why nothing is healed by itself, or what holds something back; null where nothing does.</summary>
    public static string? HealingLine(HealingReport healing)
    {
        if (healing.Paused)
        {
            string until = healing.PausedUntil is { } end ? Rfc3339Time.Format(end) : "'stateserver healing resume'";
            return $"Healing is paused until {until}: {healing.PauseReason}";
        }

        return healing.Stopped is { } stopped ? $"Healing waits ({Guards(healing)}): {stopped}"
            : healing.Guards.IsEmpty ? null
            : $"Healing is held back by the guard {Guards(healing)}";
    }

    /// <summary>An age in one unit, such as <c>12s</c>, <c>5m</c>, <c>7h</c> or <c>3d</c>.</summary>
    public static string Age(long seconds) => seconds switch
    {
        < 120 => $"{seconds}s",
        < 7_200 => $"{seconds / 60}m",
        < 172_800 => $"{seconds / 3_600}h",
        _ => $"{seconds / 86_400}d",
    };

    /// <summary>Appends what each zone's loss would mean.</summary>
    public static void WriteZones(StringBuilder text, ClusterSummary cluster)
    {
        foreach (ZoneLoss zone in cluster.ZoneLosses)
        {
            text.AppendLine($"Zone {zone.Zone}: {zone.Message}");
        }
    }

    private static string Guards(HealingReport healing) => healing.Guards.IsEmpty ? "no guard" : string.Join(", ", healing.Guards);
}
