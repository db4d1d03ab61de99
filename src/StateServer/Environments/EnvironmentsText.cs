using System.Text.Json;
using StateServer.Reports.Formats;

namespace StateServer.Environments;

/// <summary>The printed forms of an <see cref="EnvironmentsReport"/>.</summary>
internal static class EnvironmentsText
{
    /// <summary>The forms there are, the usual one first.</summary>
    public static readonly string[] Forms = ["text", "yaml", "json"];

    /// <summary>Writes it in one of <see cref="Forms"/>, without a line end.</summary>
    public static string Write(EnvironmentsReport report, string form) => form switch
    {
        "json" => JsonSerializer.Serialize(report, JsonStatus.Options),
        "yaml" => YamlStatus.Write(report),
        _ => Table(report),
    };

    /// <summary>A table for people; a star marks the current environment.</summary>
    private static string Table(EnvironmentsReport report)
    {
        string[][] rows =
        [
            ["", "Name", "Type", "Region", "Bootstrapped"],
            .. report.Environments.Select(e => (string[])
                [e.Current ? "*" : "", e.Name, e.Type, e.Region ?? "-", e.Bootstrapped ? "yes" : "no"]),
        ];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => Math.Max(1, rows.Max(row => row[column].Length)))];
        return string.Join(
            Environment.NewLine,
            rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()));
    }
}
