using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Indexing;
using StateServer.Placement.Planning.Zones;

namespace StateServer.Placement.Planning.Drafting;

/// <summary>Who stands where, by the zone's place, with all that the draft reserved and took away. A zone that isn't listed counts nowhere.</summary>
internal sealed class Populations
{
    private readonly PlacementIndex _index;
    private readonly ZoneTable _zones;
    private readonly Dictionary<ServiceName, int[]> _services = [];

    public Populations(PlanningInput input, PlacementIndex index, ZoneTable zones)
    {
        (_index, _zones) = (index, zones);
        Machines = Count(index.MachinesIn);
        StateServers = Count(index.StateServersIn);
        Nobody = new int[zones.Count];
        foreach (MemberSight member in input.Members)
        {
            AddMember(member, input.Model);
        }
    }

    /// <summary>All machines.</summary>
    public int[] Machines { get; }

    /// <summary>The state servers.</summary>
    public int[] StateServers { get; }

    /// <summary>The group of a machine without units.</summary>
    public int[] Nobody { get; }

    /// <summary>The units of a service.</summary>
    public int[] Of(ServiceName service) =>
        _services.TryGetValue(service, out int[]? counts) ? counts
        : _services[service] = _index.Group(service) is { } group ? Count(group.In) : new int[_zones.Count];

    /// <summary>Counts a machine that counts, and the wanted units on it, in or out of a place; -1 is no place.</summary>
    public void Add(MachineRecord machine, IEnumerable<UnitName> units, int place, int by)
    {
        if (place < 0)
        {
            return;
        }

        Machines[place] += by;
        StateServers[place] += machine.StateServer is null ? 0 : by;
        foreach (UnitName unit in units)
        {
            Of(unit.Service)[place] += by;
        }
    }

    /// <summary>A member that no machine record stands for is counted by what is seen of it.</summary>
    private void AddMember(MemberSight member, ModelState model)
    {
        MachineRecord? machine = member.Machine is { } id ? model.Machines.GetValueOrDefault(id) : null;
        int place = _zones.PlaceOf(member.Zone);
        if (place >= 0 && machine is not { StateServer: not null })
        {
            StateServers[place]++;
            Machines[place] += machine is null ? 1 : 0;
        }
    }

    private int[] Count(Func<Zone, int> of)
    {
        int[] counts = new int[_zones.Count];
        for (int place = 0; place < counts.Length; place++)
        {
            counts[place] = of(_zones[place].Zone);
        }

        return counts;
    }
}
