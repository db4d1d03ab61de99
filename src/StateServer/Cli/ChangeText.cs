using System.Text;
using StateServer.Protos.Operator;

namespace StateServer.Cli;

/// <summary>Changes in words.</summary>
internal static class ChangeText
{
    /// <summary>Above it, a list is told by its first and last.</summary>
    private const int MostListed = 5;

    /// <summary>Names that were given out in a row: a few one by one, many by the first and the last.</summary>
    public static string Names(IReadOnlyList<string> names) => names.Count <= MostListed
        ? string.Join(", ", names)
        : $"{names[0]} to {names[^1]}";

    /// <summary>A count and its noun, in the singular or the plural.</summary>
    public static string Count(int count, string noun) => $"{count} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>A plan that was only asked for.</summary>
    public static string OfPlan(Plan plan)
    {
        var text = new StringBuilder();
        text.AppendLine(plan.Steps.Count == 0
            ? "Nothing was changed. There is nothing to place, remove or move."
            : "Nothing was changed. The plan:");
        foreach (PlanStep step in plan.Steps)
        {
            text.AppendLine($"- {step.Action}");
            foreach (string reason in step.Reasons)
            {
                text.AppendLine($"    {reason}");
            }
        }

        if (plan.Awaited.Count > 0)
        {
            text.AppendLine("Awaited:");
            foreach (string awaited in plan.Awaited)
            {
                text.AppendLine($"- {awaited}");
            }
        }

        return text.ToString().TrimEnd();
    }
}
