using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>
/// Replays the history of the model's view, and asks of each step who made it, whether its numbers are counted right, and whether its
/// records fit together; and whether removals and the Model service's answers say what it says at their revisions.
/// </summary>
internal static class DeployChecker
{
    public static Verdict Check(ModelEvidence evidence)
    {
        string? wrong = FindWrong(evidence, out int lateEffects);
        if (wrong is not null)
        {
            return new Verdict("deploy", Conclusion.Violated, wrong);
        }

        ModelOperation[] acknowledged = [.. evidence.Operations.Where(o => o.Status == OperationStatus.Ok)];
        int added = acknowledged.Where(o => o.Kind is ModelOperationKind.Deploy or ModelOperationKind.AddUnits).Sum(o => o.Count);
        return added == 0
            ? new Verdict("deploy", Conclusion.Undecided, "no unit was deployed")
            : new Verdict("deploy", Conclusion.Holds,
                $"{acknowledged.Length} acknowledged operations with {added} units, each applied once; {evidence.Operations.Count(o => o.Status == OperationStatus.Unknown)} unknown, " +
                $"{lateEffects} of them applied, none twice; {evidence.Operations.Count(o => o.Status == OperationStatus.Fail)} refused, none applied; {evidence.Repetitions} repetitions; " +
                $"{evidence.Looks.Count} answers equal the view, of {evidence.Steps.Count} steps {evidence.Steps.Count(s => s.IsLeap)} leaps");
    }

    private static string? FindWrong(ModelEvidence evidence, out int lateEffects)
    {
        var timeline = new ModelTimeline();
        var ledger = new OperationLedger(evidence.Operations);
        var numbers = new ModelNumbers();
        var questions = new Queue<(long Revision, Func<IReadOnlyDictionary<string, ModelRecord>, string?> Ask)>(Questions(evidence).OrderBy(q => q.Revision));
        lateEffects = 0;
        long reached = evidence.EmptyAt;
        foreach (ModelStep step in evidence.Steps)
        {
            if (step.After < reached || step.Revision <= step.After)
            {
                return $"the view's history went from revision {reached} to {step.Revision}, told behind {step.After}";
            }

            if (Answer(questions, step.IsLeap ? step.After : step.Revision - 1, timeline) is { } contradicted)
            {
                return contradicted;
            }

            // Between the two ends of a leap nothing can be said.
            while (step.IsLeap && questions.TryPeek(out var within) && within.Revision < step.Revision)
            {
                questions.Dequeue();
            }

            ModelDifference difference = timeline.Take(step);
            reached = step.Revision;
            string? wrong = ledger.Explain(difference, timeline.Records)
                ?? numbers.Check(difference, timeline.Records)
                ?? ModelReferences.Check(difference, timeline.Records);
            if (wrong is not null)
            {
                return wrong;
            }
        }

        lateEffects = ledger.LateEffects;
        return Answer(questions, long.MaxValue, timeline)
            ?? ledger.Unfulfilled(revision => !evidence.Steps.Any(s => s.IsLeap && s.After < revision && revision <= s.Revision));
    }

    /// <summary>What is asked of the view at one revision: that it agrees with an answer, and that what was removed lives no more.</summary>
    private static IEnumerable<(long Revision, Func<IReadOnlyDictionary<string, ModelRecord>, string?> Ask)> Questions(ModelEvidence evidence)
    {
        foreach (ModelLook look in evidence.Looks)
        {
            yield return (look.Revision, records => Compare(look, records));
        }

        foreach (ModelOperation removal in evidence.Operations.Where(o => o.Status == OperationStatus.Ok && o.Count == 0))
        {
            yield return (removal.Revision, records => records.Values.FirstOrDefault(r => !r.IsDying && OperatorsPart.Names(removal, r)) is { } alive
                ? $"{removal} was acknowledged at revision {removal.Revision}, and {alive.Key} lives on"
                : null);
        }
    }

    private static string? Compare(ModelLook look, IReadOnlyDictionary<string, ModelRecord> records)
    {
        if (look.Revision < look.Floor)
        {
            return $"{look.Member} gave the model of revision {look.Revision} to a client that had been told of {look.Floor} before it asked";
        }

        return ModelViewChecker.Difference(look.Records, records.ToDictionary(r => r.Key, r => r.Value.Text)) is { } difference
            ? $"{look.Member}'s answer of revision {look.Revision} is not what the view has there: {difference}"
            : null;
    }

    private static string? Answer(
        Queue<(long Revision, Func<IReadOnlyDictionary<string, ModelRecord>, string?> Ask)> questions, long upTo, ModelTimeline timeline)
    {
        while (questions.TryPeek(out var question) && question.Revision <= upTo)
        {
            questions.Dequeue();
            if (question.Ask(timeline.Records) is { } wrong)
            {
                return wrong;
            }
        }

        return null;
    }
}
