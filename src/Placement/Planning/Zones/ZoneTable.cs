using StateServer.Domain.Identity;
using StateServer.Placement.Planning.Reports;

namespace StateServer.Placement.Planning.Zones;

/// <summary>The zones that the provider lists, by name: a zone's place in it stands for it while a plan is drafted.</summary>
internal sealed class ZoneTable
{
    private readonly ZoneCandidate[] _zones;
    private readonly Dictionary<Zone, int> _places = [];

    public ZoneTable(PlanningInput input, IReadOnlySet<Zone> silent)
    {
        _zones =
        [
            .. input.Zones.DistinctBy(s => s.Zone).OrderBy(s => s.Zone)
                .Select(s => new ZoneCandidate(s, input.Model.Zones.GetValueOrDefault(s.Zone)) { IsSilent = silent.Contains(s.Zone) }),
        ];
        for (int place = 0; place < _zones.Length; place++)
        {
            _places.Add(_zones[place].Zone, place);
        }
    }

    public int Count => _zones.Length;

    public ZoneCandidate this[int place] => _zones[place];

    /// <summary>Grows whenever what is remembered of a zone changes: judgements made before are stale.</summary>
    public int Version { get; private set; }

    /// <summary>A zone's place; -1 where the provider doesn't list it.</summary>
    public int PlaceOf(Zone? zone) => zone is { } known && _places.TryGetValue(known, out int place) ? place : -1;

    /// <summary>Forgets a failure.</summary>
    public void Forget(int place)
    {
        _zones[place].Forget();
        Version++;
    }

    /// <summary>What the filters say of each zone, by place; null where it is a candidate.</summary>
    public Refusal?[] Judge(ZoneRequest request) => Array.ConvertAll(_zones, zone => ZoneFilters.Refusal(zone, request));
}
