using StateServer.Bench.Report;

namespace StateServer.Bench.Healing;

/// <summary>The figures of one size of cluster and store: a row an event. Not thread-safe.</summary>
/// <param name="order">The rows' names in the order of the table; a row that is never measured is left out.</param>
internal sealed class HealingRows(IReadOnlyList<string> order)
{
    private readonly Dictionary<string, List<IReadOnlyList<Figure>>> _rounds = [];
    private readonly Dictionary<string, string> _failures = [];

    /// <summary>True while the row has not failed: a failed one is not measured on.</summary>
    public bool IsGoing(string row) => !_failures.ContainsKey(row);

    /// <summary>A round's figures.</summary>
    public void Add(string row, IReadOnlyList<Figure> figures) => RoundsOf(row).Add(figures);

    /// <summary>A round failed: the row is given up. The first reason stays.</summary>
    public void Fail(string row, string why)
    {
        RoundsOf(row);
        _failures.TryAdd(row, why);
    }

    /// <summary>The table.</summary>
    public WorkloadReport ToReport(string name, string description) => new(
        name,
        description,
        [.. order.Where(_rounds.ContainsKey).Select(row => new TargetReport(row, _rounds[row], Summary.Of(_rounds[row]), _failures.GetValueOrDefault(row)))])
    {
        ComparesTargets = false,
    };

    private List<IReadOnlyList<Figure>> RoundsOf(string row)
    {
        if (!_rounds.TryGetValue(row, out List<IReadOnlyList<Figure>>? rounds))
        {
            _rounds[row] = rounds = [];
        }
        return rounds;
    }
}
