using System.Text;

namespace StateServer.Reports.Formats;

/// <summary>Columns of text, two spaces apart.</summary>
internal static class TextTable
{
    /// <summary>Appends rows, each of the same number of cells; nothing is left at the end of a line.</summary>
    public static void Write(StringBuilder text, IReadOnlyList<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
        {
            text.AppendLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
