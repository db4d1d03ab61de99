using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;

namespace StateServer.Agents;

/// <summary>
/// The reports of one agent that are not committed yet: the newest of each unit and assignment counts, and acknowledges those
/// before it. Bounded. Thread-safe.
/// </summary>
internal sealed class PendingReports
{
    /// <summary>Most units that wait: as many as an agent runs, and as many that it is stopping.</summary>
    public const int Most = 2 * MachineAssignment.MostUnits;

    private readonly Lock _lock = new();
    private readonly Dictionary<(UnitName Unit, long Assignment), (UnitReport Report, long Number)> _waiting = [];

    /// <summary>Takes one in.</summary>
    /// <returns>False where there is no room for it.</returns>
    public bool TryAdd(UnitReport report, long number)
    {
        lock (_lock)
        {
            var key = (report.Unit, report.Assignment);
            if (_waiting.Count >= Most && !_waiting.ContainsKey(key))
            {
                return false;
            }

            _waiting[key] = (report, Math.Max(number, _waiting.GetValueOrDefault(key).Number));
            return true;
        }
    }

    /// <summary>What waits, by name; it waits on until <see cref="Remove"/>.</summary>
    public IReadOnlyList<(UnitReport Report, long Number)> Peek()
    {
        lock (_lock)
        {
            return [.. _waiting.Values.OrderBy(waiting => waiting.Report.Unit).ThenBy(waiting => waiting.Report.Assignment)];
        }
    }

    /// <summary>Takes out what was committed, unless a newer report of the unit came meanwhile.</summary>
    public void Remove(IEnumerable<(UnitReport Report, long Number)> committed)
    {
        lock (_lock)
        {
            foreach (var done in committed)
            {
                var key = (done.Report.Unit, done.Report.Assignment);
                if (_waiting.TryGetValue(key, out var waiting) && waiting == done)
                {
                    _waiting.Remove(key);
                }
            }
        }
    }
}
