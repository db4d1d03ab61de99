using System.Globalization;
using System.Text;
using System.Text.Json;
using StateServer.Reports.Formats;

namespace StateServer.Recovery;

/// <summary>The printed forms of a <see cref="RecoveryReport"/>.</summary>
internal static class RecoveryText
{
    /// <summary>The forms there are, the usual one first.</summary>
    public static readonly string[] Forms = ["text", "json"];

    private static readonly string[] Heading = ["", "NAME", "MEMBER", "ZONE", "TERM", "LAST", "COMMITTED", "FOLDER", "STATE"];

    /// <summary>Writes it in one of <see cref="Forms"/>.</summary>
    public static string Write(RecoveryReport report, string form) =>
        form == "json" ? JsonSerializer.Serialize(report, JsonStatus.Options) : Text(report);

    private static string Text(RecoveryReport report)
    {
        var text = new StringBuilder();
        text.AppendLine(report.Cluster is null ? "no folder tells its cluster" : $"cluster {report.Cluster}");
        TextTable.Write(text, [Heading, .. report.Disks.Select(RowOf)]);
        text.AppendLine($"kept: {report.Kept}");
        text.AppendLine($"lost: {report.Lost}");
        text.Append($"next: {report.Advice}");
        return text.ToString();
    }

    private static string[] RowOf(DiskReport disk) =>
    [
        disk.IsBest ? "best" : "",
        disk.Name,
        disk.Member ?? "-",
        disk.Zone ?? "-",
        disk.Term is { } term ? Invariant($"{term}") : "-",
        disk.LastIndex is { } last ? Invariant($"{last} of term {disk.LastTerm}") : "-",
        disk.Committed is { } committed ? Invariant($"{committed}") : "-",
        disk.Folder,
        disk.State,
    ];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
