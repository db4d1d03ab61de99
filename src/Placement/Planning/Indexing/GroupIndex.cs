using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Indexing;

/// <summary>One service as a distribution group: its wanted units, zone by zone.</summary>
internal sealed class GroupIndex
{
    private readonly Dictionary<Zone, SortedSet<int>> _standing = [];

    /// <summary>The wanted units that stand in no zone: they wait, or their machine has no zone, is lost or is to go.</summary>
    public SortedSet<int> Unplaced { get; } = [];

    /// <summary>How many units are wanted.</summary>
    public int Wanted { get; private set; }

    /// <summary>The zones that units stand in.</summary>
    public IEnumerable<KeyValuePair<Zone, SortedSet<int>>> Standing => _standing;

    /// <summary>How many stand in a zone.</summary>
    public int In(Zone zone) => _standing.TryGetValue(zone, out SortedSet<int>? units) ? units.Count : 0;

    public void Add(Zone? zone, int unit)
    {
        Wanted++;
        if (zone is not { } known)
        {
            Unplaced.Add(unit);
        }
        else
        {
            (_standing.TryGetValue(known, out SortedSet<int>? units) ? units : _standing[known] = []).Add(unit);
        }
    }

    public void Remove(Zone? zone, int unit)
    {
        Wanted--;
        if (zone is not { } known)
        {
            Unplaced.Remove(unit);
        }
        else if (_standing.TryGetValue(known, out SortedSet<int>? units) && units.Remove(unit) && units.Count == 0)
        {
            _standing.Remove(known);
        }
    }
}
