using FsCheck;
using FsCheck.Xunit;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning;
using StateServer.Placement.Planning.Indexing;
using StateServer.Placement.Planning.Steps;

namespace StateServer.Placement.Tests.Planning;

/// <summary>
/// What holds whatever happens. Each plan of these runs is compared with that of a fresh index, so that it is determined by
/// its input and the index is brought forward rightly, and passes the audit: see <see cref="World.Plan"/>.
/// </summary>
[Properties(MaxTest = 100)]
public sealed class PlacementProperties
{
    private static readonly string[] Services = ["web", "db", "mq"];

    /// <summary>Adds alone, with room everywhere: the units of each service differ by one at most between zones.</summary>
    [Property]
    public bool Adding_keeps_each_group_even(NonEmptyArray<PositiveInt> adds, bool refuse)
    {
        World world = Deployed(refuse ? WhenUnsatisfiable.Refuse : WhenUnsatisfiable.Relax);
        foreach ((int i, PositiveInt add) in adds.Get.Index())
        {
            world.AddUnits(Services[i % 3], add.Get % 9);
            world.Do();
            world.Launch();
        }

        return Array.TrueForAll(Services, s => Skew(world, s) <= 1);
    }

    /// <summary>
    /// Adds, removals by the planner's choice, losses, capacity failures, time: no step puts a unit where the skew then passes
    /// what is to be held. What is lost or removed may leave a greater one behind, which placing doesn't make worse.
    /// </summary>
    [Property]
    public bool No_step_passes_a_skew_that_is_to_be_held(int seed)
    {
        World world = Deployed(WhenUnsatisfiable.Refuse);
        foreach (Happening happening in Happenings(seed))
        {
            Happen(world, happening);
            for (int round = 0; round < 3; round++)
            {
                foreach (PlanStep step in world.Plan().Steps)
                {
                    world.Do(step);
                    if (Placed(world, step).Any(p => Standing(world, p.Service, p.Zone) - world.Sights.Min(s => Standing(world, p.Service, s.Zone)) > 1))
                    {
                        return false;
                    }
                }

                world.Launch(Full(world));
            }
        }

        return true;
    }

    /// <summary>
    /// Adds, removals, losses and capacity failures in any order: where there is room again, nothing waits and no zone has more
    /// than max-skew beyond another. Only the removal of a unit that waits can leave more: it takes nothing that runs, and nothing
    /// is moved to make up for it.
    /// </summary>
    [Property]
    public bool Where_there_is_room_the_skew_is_what_is_allowed(int seed, PositiveInt allowed)
    {
        int skew = 1 + (allowed.Get % 3);
        World world = World.OfThree();
        Array.ForEach(Services, s => world.Deploy(s, 0, skew, WhenUnsatisfiable.Refuse));
        foreach (Happening happening in Happenings(seed))
        {
            if (happening.Kind != HappeningKind.RemoveUnits || !Waits(world, Services[happening.Who % Services.Length]))
            {
                Happen(world, happening);
            }

            world.Do();
            world.Launch(Full(world));
        }

        world.Sights = [.. world.Sights.Select(s => s with { Why = "" })];
        for (int round = 0; round < 4; round++)
        {
            world.Now += PlanningLimits.CapacityMemoryMilliseconds;
            world.Do();
            world.Launch();
        }

        return Array.TrueForAll(Services, s => !Waits(world, s) && Skew(world, s) <= skew);
    }

    /// <summary>Once room is everywhere again and time has passed, adding what is missing makes every group even.</summary>
    [Property]
    public bool What_was_uneven_is_evened_by_what_is_added(int seed)
    {
        World world = Deployed(WhenUnsatisfiable.Relax);
        foreach (Happening happening in Happenings(seed))
        {
            Happen(world, happening);
            world.Do();
            world.Launch(Full(world));
        }

        world.Sights = [.. world.Sights.Select(s => s with { Why = "" })];
        world.Now += 2 * PlanningLimits.CapacityMemoryMilliseconds;
        for (int round = 0; round < 5; round++)
        {
            world.Do();
            world.Launch();
            world.Now += PlanningLimits.CapacityMemoryMilliseconds;
        }

        foreach (string service in Services)
        {
            int[] spread = world.Spread(service);
            world.AddUnits(service, spread.Sum(s => spread.Max() - s));
        }

        world.Do();
        return Array.TrueForAll(Services, s => Skew(world, s) == 0);
    }

    /// <summary>Only units on lost or dying machines move, each once, and none is left where it can't stay while there is room.</summary>
    [Property]
    public bool A_plan_moves_what_it_must_and_no_more(int seed)
    {
        World world = Deployed(WhenUnsatisfiable.Relax);
        foreach (Happening happening in Happenings(seed))
        {
            Happen(world, happening);
            ModelState before = world.Model;
            Plan plan = world.Do();
            HashSet<MachineId> lost = [.. plan.Steps.OfType<DeclareMachineLostStep>().Select(s => s.Machine)];
            UnitName[] must =
            [
                .. before.Units.Values.Where(u => u.Life == Life.Alive && u.Machine is { } m
                    && (lost.Contains(m) || before.Machines[m] is { Status: MachineStatus.Lost } or { Life: Life.Dying })).Select(u => u.Name),
            ];
            UnitName[] moved =
            [
                .. before.Units.Values.Where(u => u.Machine is not null && world.Model.Units[u.Name].Machine != u.Machine).Select(u => u.Name),
            ];
            bool room = world.Sights.Any(s => (world.Model.Zones.GetValueOrDefault(s.Zone)?.AvoidUntilMilliseconds ?? 0) <= world.Now);
            if (room ? !moved.SequenceEqual(must) : moved.Except(must).Any())
            {
                return false;
            }

            world.Launch(Full(world));
        }

        return true;
    }

    /// <summary>The same units, placed in any order and any portions, are spread alike.</summary>
    [Property]
    public bool The_order_of_placing_does_not_matter(PositiveInt units, int seed)
    {
        int count = units.Get % 40;
        World once = Deployed(WhenUnsatisfiable.Refuse);
        Array.ForEach(Services, s => once.AddUnits(s, count));
        once.Do();

        World piecemeal = Deployed(WhenUnsatisfiable.Refuse);
        Random order = new(seed);
        string[] each = [.. Services.SelectMany(s => Enumerable.Repeat(s, count))];
        order.Shuffle(each);
        foreach (string service in each)
        {
            piecemeal.AddUnits(service, 1);
            if (order.Next(3) == 0)
            {
                piecemeal.Do();
                piecemeal.Launch();
            }
        }

        piecemeal.Do();
        return Array.TrueForAll(Services, s => once.Spread(s).Order().SequenceEqual(piecemeal.Spread(s).Order()));
    }

    /// <summary>Each unit that goes was the newest of a zone that no other zone had more in.</summary>
    [Property]
    public bool Removal_takes_the_newest_of_the_fullest_zone(int seed, PositiveInt remove)
    {
        World world = Deployed(WhenUnsatisfiable.Relax);
        foreach (Happening happening in Happenings(seed))
        {
            Happen(world, happening);
            world.Do();
            world.Launch(Full(world));
        }

        List<UnitRecord> left = [.. world.Model.Units.Values.Where(u => u.Name.Service.Name == "web" && u.Life == Life.Alive)];
        Zone? Stands(UnitRecord unit) =>
            unit.Machine is { } m && world.Model.Machines[m] is { Life: Life.Alive, Status: not MachineStatus.Lost } machine ? machine.Zone : null;
        int wanted = Math.Min(left.Count, remove.Get % 20);
        var chosen = RemovalChoice.ChooseUnitsToRemove(PlacementIndex.Of(world.Model), new ServiceName("web"), remove.Get % 20);
        foreach (UnitName name in chosen)
        {
            UnitRecord unit = left.Single(u => u.Name == name);
            int In(Zone? zone) => left.Count(u => Stands(u) == zone);
            Zone? zone = Stands(unit);
            bool right = zone is null
                || (In(null) == 0 && left.All(u => In(Stands(u)) <= In(zone)));
            if (!right || left.Any(u => Stands(u) == zone && u.Name.Number > name.Number))
            {
                return false;
            }

            left.Remove(unit);
        }

        return chosen.Length == wanted;
    }

    /// <summary>The services that a step puts a unit of into a zone.</summary>
    private static IEnumerable<(ServiceName Service, Zone Zone)> Placed(World world, PlanStep step)
    {
        (MachineId Machine, Zone? Zone) to = step switch
        {
            AssignUnitStep assign => (assign.Machine, assign.Zone),
            AddMachineStep add => (add.Machine, add.Zone),
            ReserveZoneStep reserve => (reserve.Machine, reserve.Zone),
            MoveOnStep move => (move.Machine, move.To),
            _ => default,
        };
        return to.Zone is { } zone
            ? world.Model.Units.Values.Where(u => u.Machine == to.Machine).Select(u => (u.Name.Service, zone))
            : [];
    }

    private static int Standing(World world, ServiceName service, Zone zone) =>
        world.Model.Units.Values.Count(u => u.Name.Service == service && u.Machine is { } m
            && world.Model.Machines[m] is { Life: Life.Alive, Status: not MachineStatus.Lost } machine && machine.Zone == zone);

    /// <summary>Whether a wanted unit of a service stands in no zone.</summary>
    private static bool Waits(World world, string service) =>
        world.Model.Units.Values.Count(u => u.Name.Service.Name == service && u.Life == Life.Alive) != world.Spread(service).Sum();

    private static World Deployed(WhenUnsatisfiable when)
    {
        World world = World.OfThree();
        Array.ForEach(Services, s => world.Deploy(s, when: when));
        return world;
    }

    private static int Skew(World world, string service) => world.Spread(service).Max() - world.Spread(service).Min();

    /// <summary>Drawn from a seed that FsCheck prints: the whole run is replayed by it.</summary>
    private static IEnumerable<Happening> Happenings(int seed)
    {
        Random random = new(seed);
        HappeningKind[] kinds = Enum.GetValues<HappeningKind>();
        return [.. Enumerable.Range(0, 25).Select(_ => new Happening(kinds[random.Next(kinds.Length)], random.Next(1000), 1 + random.Next(6)))];
    }

    /// <summary>The zones where launches fail.</summary>
    private static Zone[] Full(World world) => [.. world.Sights.Where(s => s.Why == "full").Select(s => s.Zone)];

    private static void Happen(World world, Happening happening)
    {
        string service = Services[happening.Who % Services.Length];
        MachineId[] machines = [.. world.Model.Machines.Values.Where(m => m is { Status: MachineStatus.Running, Life: Life.Alive }).Select(m => m.Id)];
        MachineId? machine = machines.Length == 0 ? null : machines[happening.Who % machines.Length];
        Zone zone = world.Sights[happening.Who % 3].Zone;
        switch (happening.Kind)
        {
            case HappeningKind.AddUnits:
                world.AddUnits(service, happening.Amount);
                break;
            case HappeningKind.RemoveUnits:
                world.RemoveUnits(service, happening.Amount);
                break;
            case HappeningKind.LoseMachine when machine is { } lost:
                world.LoseInstances(lost);
                break;
            case HappeningKind.RoomRunsOut:
                world.Sights = [.. world.Sights.Select(s => s.Zone == zone ? s with { Why = "full" } : s)];
                break;
            case HappeningKind.RoomComesBack:
                world.Sights = [.. world.Sights.Select(s => s with { Why = "" })];
                break;
            case HappeningKind.TimePasses:
                world.Now += happening.Amount * 20_000;
                break;
            case HappeningKind.MachineIsAdded:
                world.AddMachine(zone);
                break;
            case HappeningKind.MachineIsToGo when machine is { } leaving:
                world.Change(leaving, m => m with { Life = Life.Dying });
                break;
        }
    }
}
