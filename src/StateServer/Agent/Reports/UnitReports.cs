using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Agent.Reports;

/// <summary>
/// What the leader has not acknowledged yet: of each unit and assignment the newest state, in the order of change. Kept until it is
/// acknowledged, and sent again on each new stream. Thread-safe.
/// </summary>
internal sealed class UnitReports
{
    /// <summary>Most reports that wait: four of each unit that a machine can have. Past it the oldest is dropped; the next hello tells of all units there are.</summary>
    public const int Most = 4 * AgentOptions.MostUnits;

    private readonly Lock _gate = new();
    private readonly Dictionary<(UnitName Unit, long Assignment), long> _numbers = [];
    private readonly SortedDictionary<long, UnitState> _waiting = [];
    private long _last;

    /// <summary>How many were dropped so far.</summary>
    public long Dropped { get; private set; }

    /// <summary>Adds a state; it takes the place of an older one of the same unit and assignment.</summary>
    public void Put(UnitState state)
    {
        lock (_gate)
        {
            if (_numbers.TryGetValue((state.Unit, state.Assignment), out long older))
            {
                _waiting.Remove(older);
            }
            else if (_waiting.Count >= Most)
            {
                (long oldest, UnitState dropped) = _waiting.First();
                _waiting.Remove(oldest);
                _numbers.Remove((dropped.Unit, dropped.Assignment));
                Dropped++;
                AgentMeter.ReportsDropped.Add(1);
            }

            _last++;
            _waiting.Add(_last, state);
            _numbers[(state.Unit, state.Assignment)] = _last;
        }
    }

    /// <summary>What waits and is newer than a number, oldest first.</summary>
    public ImmutableArray<(long Number, UnitState State)> After(long number)
    {
        lock (_gate)
        {
            return [.. _waiting.SkipWhile(w => w.Key <= number).Select(w => (w.Key, w.Value))];
        }
    }

    /// <summary>The number of the report that waits for a unit's assignment; 0 where none does.</summary>
    public long NumberOf(UnitName unit, long assignment)
    {
        lock (_gate)
        {
            return _numbers.GetValueOrDefault((unit, assignment));
        }
    }

    /// <summary>Forgets a report that was acknowledged.</summary>
    /// <returns>What it said; null where a newer one has taken its place, or it is not known.</returns>
    public UnitState? Acknowledge(long number)
    {
        lock (_gate)
        {
            if (!_waiting.Remove(number, out UnitState? state))
            {
                return null;
            }

            _numbers.Remove((state.Unit, state.Assignment));
            return state;
        }
    }
}
