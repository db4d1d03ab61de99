using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>
/// Explains each step of the model by the operation that made it: an acknowledged one at its revision, one of unknown outcome at
/// most once and not before it was sent, one that failed never. What the leader and agents do needs no operation, and what needs one
/// they never do: they make no units and services, and end nothing that lives. Not thread-safe.
/// </summary>
internal sealed class OperationLedger
{
    private readonly ILookup<long, ModelOperation> _acknowledged;
    private readonly ModelOperation[] _unknown;
    private readonly HashSet<ModelOperation> _used = new(ReferenceEqualityComparer.Instance);

    public OperationLedger(IReadOnlyCollection<ModelOperation> operations)
    {
        _acknowledged = operations.Where(o => o.Status == OperationStatus.Ok).ToLookup(o => o.Revision);
        _unknown = [.. operations.Where(o => o.Status == OperationStatus.Unknown).OrderBy(o => o.Floor)];
    }

    /// <summary>Operations of unknown outcome that turned out to have taken effect.</summary>
    public int LateEffects => _used.Count(o => o.Status == OperationStatus.Unknown);

    /// <summary>Null, or what no operation explains.</summary>
    /// <param name="difference">What a step did.</param>
    /// <param name="records">The records behind it.</param>
    public string? Explain(ModelDifference difference, IReadOnlyDictionary<string, ModelRecord> records)
    {
        if (difference.Step.IsLeap)
        {
            return ExplainLeap(difference);
        }

        OperatorsPart part = OperatorsPart.Of(difference);
        if (part.IsEmpty)
        {
            return null;
        }

        long revision = difference.Step.Revision;
        ModelOperation? made = _acknowledged[revision].FirstOrDefault(o => !_used.Contains(o) && part.IsOf(o, records))
            ?? _unknown.FirstOrDefault(o => !_used.Contains(o) && o.Floor < revision && part.IsOf(o, records));
        if (made is not null)
        {
            _used.Add(made);
            return null;
        }

        string beside = _acknowledged[revision].FirstOrDefault() is { } other ? $", not even {other}, acknowledged at that revision" : "";
        return $"at revision {revision} {part}: no operation explains it{beside}";
    }

    /// <summary>An operation that was acknowledged to have added something, and didn't; null where there is none.</summary>
    /// <param name="covers">Whether the history tells all of a revision.</param>
    public string? Unfulfilled(Func<long, bool> covers) => _acknowledged
        .SelectMany(o => o)
        .Where(o => o.Kind is ModelOperationKind.Deploy or ModelOperationKind.AddUnits or ModelOperationKind.AddMachines)
        .Where(o => covers(o.Revision) && !_used.Contains(o))
        .Select(o => $"{o} was acknowledged at revision {o.Revision}, and nothing came of it there")
        .FirstOrDefault();

    /// <summary>What came and went within the leap is not known: whatever is seen of it must have an operation all the same.</summary>
    private string? ExplainLeap(ModelDifference difference)
    {
        (long after, long to) = (difference.Step.After, difference.Step.Revision);
        foreach (IGrouping<(long, string), ModelRecord> births in difference.Born.Where(b => b.IsUnit || b.IsService).GroupBy(b => (b.CreateRevision, b.Service)))
        {
            (long revision, string service) = births.Key;
            ModelRecord[] units = [.. births.Where(b => b.IsUnit)];
            bool isAcknowledged = _acknowledged[revision].Any(o => o.Service == service && units.All(u => o.Added.Contains(u.Name)));
            if (!isAcknowledged && !UseUnknown(o => o.Service == service && o.Floor < revision && o.Count >= units.Length
                    && (o.Kind == ModelOperationKind.Deploy || (o.Kind == ModelOperationKind.AddUnits && births.All(b => b.IsUnit)))))
            {
                return $"at revision {revision} {string.Join(", ", births.Select(b => b.Key))} came, told behind a leap: no operation explains it";
            }
        }

        ModelOperation[] removals = [.. Enumerable.Concat(
            _acknowledged.Where(o => o.Key > after && o.Key <= to).SelectMany(o => o), _unknown.Where(o => o.Floor < to))];
        return difference.Ended.FirstOrDefault(e => !removals.Any(o => OperatorsPart.Names(o, e))) is { } unexplained
            ? $"between the revisions {after} and {to} {unexplained.Key} was removed: no operation explains it"
            : null;
    }

    private bool UseUnknown(Func<ModelOperation, bool> fits) =>
        _unknown.FirstOrDefault(o => !_used.Contains(o) && fits(o)) is { } made && _used.Add(made);
}
