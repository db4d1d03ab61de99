using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning;

namespace StateServer.Bench.Placement;

/// <summary>Environments of a size: machines that run, spread evenly over zones, and services with hard skew.</summary>
internal sealed class PlacementModel(int machines, int zones, int services, int units)
{
    private const long Time = 1_000_000;

    public ImmutableArray<ZoneSight> Sights => [.. Enumerable.Range(0, zones).Select(z => ZoneSight.Usable(ZoneOf(z)))];

    public static Zone ZoneOf(int number) => new($"zone-{number:D2}");

    /// <summary>Every machine is clean, every unit waits.</summary>
    public ModelState Waiting() => Model(_ => null);

    /// <summary>
    /// Every unit stands: unit by unit over the zones, so that each service is even, and within a zone over all its machines, so that
    /// none is clean.
    /// </summary>
    public ModelState Full()
    {
        int[] next = new int[zones];
        return Model(number =>
        {
            int zone = number % zones;
            int inZone = (machines - zone + zones - 1) / zones;
            return new MachineId((next[zone]++ % inZone * zones) + zone);
        });
    }

    public PlanningInput Input(ModelState model, AgentContact? contact = null) => new(model, Sights, contact ?? AgentContact.Full, [], Time);

    public static ServiceName ServiceOf(int number) => new($"service-{number:D3}");

    private static UnitRecord Unit(UnitName name, MachineId? machine) =>
        new(name, PlacementDirective.None, machine, machine is null ? 0 : 1, null, Life.Alive, UnitStatus.Running, "", null, 0, Time, Time);

    private ModelState Model(Func<int, MachineId?> machineOf)
    {
        var machineTable = ImmutableSortedDictionary.CreateBuilder<MachineId, MachineRecord>();
        for (int i = 0; i < machines; i++)
        {
            machineTable.Add(new MachineId(i), new MachineRecord(
                new MachineId(i), "noble", Constraints.None, PlacementDirective.None, null, ZoneOf(i % zones), Life.Alive, MachineStatus.Running, "",
                new InstanceId($"i-{i}"), null, null, [], false, 0, Time, Time));
        }

        var serviceTable = ImmutableSortedDictionary.CreateBuilder<ServiceName, ServiceRecord>();
        var unitTable = ImmutableSortedDictionary.CreateBuilder<UnitName, UnitRecord>();
        int number = 0;
        for (int i = 0; i < services; i++)
        {
            ServiceName service = ServiceOf(i);
            for (int unit = 0; unit < units / services; unit++)
            {
                UnitName name = new(service, unit);
                unitTable.Add(name, Unit(name, machineOf(number++)));
            }

            serviceTable.Add(service, new ServiceRecord(
                service, "noble", Constraints.None, [], ImmutableSortedDictionary<string, string>.Empty, false, 1, WhenUnsatisfiable.Refuse, false, [],
                Life.Alive, units / services, Time));
        }

        return ModelState.Empty with
        {
            Environment = new EnvironmentSettings(
                new EnvironmentId(1), "bench", ProviderType.Local, "", [], false, "noble", Constraints.None, ImmutableSortedDictionary<string, string>.Empty, 30),
            Machines = machineTable.ToImmutable(),
            Services = serviceTable.ToImmutable(),
            Units = unitTable.ToImmutable(),
            NextMachine = machines,
        };
    }
}
