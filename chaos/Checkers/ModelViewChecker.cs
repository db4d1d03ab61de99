using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>Whether the Model service and the view under the reserved prefix say the same, on every member.</summary>
internal static class ModelViewChecker
{
    /// <param name="members">What each member answered: the model, and the view at the model's revision.</param>
    public static Verdict Check(IReadOnlyCollection<(ModelLook Answer, IReadOnlyDictionary<string, string> View)> members)
    {
        foreach ((ModelLook answer, IReadOnlyDictionary<string, string> view) in members)
        {
            if (Difference(answer.Records, view) is { } difference)
            {
                return new Verdict("deploy-view", Conclusion.Violated, $"{answer.Member} at revision {answer.Revision}: {difference}");
            }
        }

        return new Verdict("deploy-view", Conclusion.Holds, $"{members.Count} members answer what their views say, {members.Select(m => m.View.Count).DefaultIfEmpty().Max()} records");
    }

    /// <summary>The first difference between the Model service's records and the view's; null where there is none.</summary>
    public static string? Difference(IReadOnlyDictionary<string, string> answer, IReadOnlyDictionary<string, string> view)
    {
        foreach (string key in answer.Keys.Union(view.Keys).Order(StringComparer.Ordinal))
        {
            string? told = answer.GetValueOrDefault(key);
            string? seen = view.GetValueOrDefault(key);
            if (told != seen)
            {
                return $"{key} is {told ?? "not there"} by the Model service, and {seen ?? "not there"} by the view";
            }
        }

        return null;
    }
}
