using System.Globalization;
using System.Text;

namespace StateServer.Bench.Report;

/// <summary>Reports as tables for people: medians with the least and the most of all rounds in brackets.</summary>
internal static class TextReport
{
    /// <summary>One workload: a line per target, a column per figure, and the quotient of the first two targets' medians.</summary>
    public static string Of(WorkloadReport report)
    {
        string[] names = [.. report.Targets.SelectMany(t => t.Summaries).Select(Header).Distinct()];
        List<string[]> lines = [["", .. names]];
        foreach (TargetReport target in report.Targets)
        {
            lines.Add([target.Target, .. names.Select(name => Cell(target.Summaries.FirstOrDefault(s => Header(s) == name)))]);
        }
        if (report.ComparesTargets && report.Targets is [{ Failure: null } first, { Failure: null } second])
        {
            lines.Add([$"{first.Target}/{second.Target}", .. names.Select(name => Quotient(first, second, name))]);
        }
        StringBuilder text = new($"{report.Workload}: {report.Description}\n");
        int[] widths = [.. Enumerable.Range(0, names.Length + 1).Select(column => lines.Max(line => line[column].Length))];
        foreach (string[] line in lines)
        {
            text.Append("  ").AppendJoin("  ", line.Select((cell, column) => cell.PadLeft(widths[column]))).Append('\n');
        }
        foreach (TargetReport target in report.Targets.Where(target => target.Failure is not null))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {target.Target} FAILED: {target.Failure}\n");
        }
        return text.ToString();
    }

    /// <summary>The line that says where the figures come from.</summary>
    public static string MachineLine(RunReport report) =>
        $"{report.Machine}; {string.Join(", ", report.Versions.Select(version => $"{version.Key} {version.Value}"))}";

    private static string Header(Summary summary) =>
        summary.Unit.Length == 0 ? summary.Name : $"{summary.Name} {summary.Unit}";

    private static string Cell(Summary? summary) =>
        summary is null ? "-" : $"{Number(summary.Median)} ({Number(summary.Least)}-{Number(summary.Most)})";

    private static string Quotient(TargetReport first, TargetReport second, string name)
    {
        double? dividend = first.Summaries.FirstOrDefault(s => Header(s) == name)?.Median;
        double? divisor = second.Summaries.FirstOrDefault(s => Header(s) == name)?.Median;
        return dividend is null || divisor is null or 0 ? "-" : Number(dividend.Value / divisor.Value);
    }

    private static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("F0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("F1", CultureInfo.InvariantCulture),
        0 => "0",
        _ => value.ToString("F2", CultureInfo.InvariantCulture),
    };
}
