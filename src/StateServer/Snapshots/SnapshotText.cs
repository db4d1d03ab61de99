using System.Globalization;
using System.Text.Json;
using StateServer.Options;
using StateServer.Reports.Formats;

namespace StateServer.Snapshots;

/// <summary>The printed forms of a <see cref="SnapshotSummary"/>.</summary>
internal static class SnapshotText
{
    /// <summary>The forms there are, the usual one first.</summary>
    public static readonly string[] Forms = ["fields", "simple", "json"];

    /// <summary>Writes it in one of <see cref="Forms"/>.</summary>
    public static string Write(SnapshotSummary summary, string form) => form switch
    {
        "simple" => Simple(summary),
        "json" => JsonSerializer.Serialize(summary, JsonStatus.Options),
        _ => Fields(summary),
    };

    /// <summary>etcd's line: hash, revision, keys, size.</summary>
    private static string Simple(SnapshotSummary summary) => string.Create(
        CultureInfo.InvariantCulture,
        $"{summary.Hash:x8}, {summary.Revision}, {summary.TotalKey}, {ByteSize.Format(summary.TotalSize)}");

    private static string Fields(SnapshotSummary summary)
    {
        (string Name, string Value)[] fields =
        [
            ("Cluster", $"{summary.ClusterId}, {summary.Members} members"),
            ("Revision", Invariant($"{summary.Revision}")),
            ("Compacted", summary.CompactRevision < 0 ? "never" : Invariant($"up to revision {summary.CompactRevision}")),
            ("Keys", Invariant($"{summary.TotalKey}, {summary.Versions} versions")),
            ("Leases", Invariant($"{summary.Leases}")),
            ("Size", Invariant($"{ByteSize.Format(summary.TotalSize)} ({summary.TotalSize} bytes)")),
            ("Hash", Invariant($"{summary.Hash:x8} (hashkv {summary.Hash})")),
            ("Log index", Invariant($"{summary.AppliedIndex}")),
            ("Last write", summary.Taken is { } taken ? Invariant($"{taken.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}") : "none"),
            ("Incarnation", Invariant($"{summary.Incarnation}")),
            ("Feature level", Invariant($"{summary.FeatureLevel}")),
        ];
        int width = fields.Max(f => f.Name.Length);
        return string.Join(Environment.NewLine, fields.Select(f => $"{f.Name.PadRight(width)}  {f.Value}"));
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
