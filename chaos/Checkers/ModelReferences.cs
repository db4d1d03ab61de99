using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>Whether the view's records fit together at one revision: no half of a command is ever seen.</summary>
internal static class ModelReferences
{
    /// <summary>Null, or what refers to what isn't there.</summary>
    /// <param name="difference">What a step did.</param>
    /// <param name="records">The records behind it.</param>
    public static string? Check(ModelDifference difference, IReadOnlyDictionary<string, ModelRecord> records)
    {
        IEnumerable<ModelRecord> looked = difference.Gone.Any(g => !g.IsUnit) ? records.Values : difference.Step.Written;
        foreach (ModelRecord unit in looked.Where(r => r.IsUnit))
        {
            if (!records.ContainsKey(ModelRecord.Services + unit.Service))
            {
                return $"at revision {difference.Step.Revision} there is a unit {unit.Name} and no service {unit.Service}";
            }

            if (unit.Machine is { } machine && !records.ContainsKey($"{ModelRecord.Machines}{machine}"))
            {
                return $"at revision {difference.Step.Revision} unit {unit.Name} is on machine {machine}, which there is none";
            }
        }

        return null;
    }
}
