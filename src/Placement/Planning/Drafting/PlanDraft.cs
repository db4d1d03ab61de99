using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Indexing;
using StateServer.Placement.Planning.Losses;
using StateServer.Placement.Planning.Reports;
using StateServer.Placement.Planning.Steps;
using StateServer.Placement.Planning.Zones;

namespace StateServer.Placement.Planning.Drafting;

/// <summary>A plan while it is made: what was decided so far, and the model as it will be then. The index itself is only read.</summary>
internal sealed class PlanDraft
{
    private readonly List<PlanStep> _steps = [];
    private readonly List<Decision> _decisions = [];
    private readonly SortedSet<MachineId> _lost = [];
    private readonly int _mostSteps;
    private long? _lookAgainAt;
    private bool _isCut;
    private int _nextMachine;

    public PlanDraft(PlanningInput input, EnvironmentSettings settings, PlacementIndex index, int mostSteps)
    {
        (Input, Settings, Index, _mostSteps, _nextMachine) = (input, settings, index, mostSteps, input.Model.NextMachine);
        Silence = MassSilenceGuard.Judge(input, index);
        Zones = new ZoneTable(input, SilentZones.Find(input, index, Silence));
        Populations = new Populations(input, index, Zones);
    }

    public PlanningInput Input { get; }

    public EnvironmentSettings Settings { get; }

    public PlacementIndex Index { get; }

    public ZoneTable Zones { get; }

    public Populations Populations { get; }

    public SilenceVerdict Silence { get; }

    /// <summary>The machines that this plan declares lost.</summary>
    public IReadOnlySet<MachineId> Lost => _lost;

    /// <summary>The plan of what was drafted.</summary>
    public Plan Finish() => new([.. _steps], new PlanReport([.. _decisions], Silence.Paused, _lookAgainAt, _isCut));

    /// <summary>False where the plan is full: what is left is for the next look.</summary>
    public bool HasRoom()
    {
        _isCut |= _steps.Count >= _mostSteps;
        return !_isCut;
    }

    /// <summary>False where the model holds as many machines as it may, with those that are added here.</summary>
    public bool HasRoomForMachine() => Input.Model.Machines.Count + _nextMachine - Input.Model.NextMachine < ModelLimits.MostMachines;

    /// <summary>The number of the next machine that is added.</summary>
    public MachineId NumberMachine() => new(_nextMachine++);

    public void Add(PlanStep step) => _steps.Add(step);

    /// <summary>Keeps a decision and tells its place.</summary>
    public int Add(Decision decision)
    {
        _decisions.Add(decision);
        return _decisions.Count - 1;
    }

    /// <summary>So many more units share the decision at a place.</summary>
    public void AddAlike(int decision, int units) =>
        _decisions[decision] = _decisions[decision] with { OthersAlike = _decisions[decision].OthersAlike + units };

    /// <summary>Something changes by time alone.</summary>
    public void LookAgainAt(long milliseconds) => _lookAgainAt = Math.Min(_lookAgainAt ?? long.MaxValue, milliseconds);

    /// <summary>The wanted units on a machine, by name.</summary>
    public IEnumerable<UnitName> WantedOn(MachineId machine) =>
        Index.On(machine).Units.Where(u => Input.Model.Units[u].Life == Life.Alive);

    /// <summary>Declares a machine lost: neither it nor its units count any more.</summary>
    public void Lose(MachineRecord machine, string reason)
    {
        Add(new DeclareMachineLostStep(machine.Id, reason));
        Add(Decision.Plain(null, machine.Id, $"machine {machine.Id} is lost: {reason}", ""));
        _lost.Add(machine.Id);
        if (PlacementIndex.Counts(machine))
        {
            Populations.Add(machine, WantedOn(machine.Id), Zones.PlaceOf(machine.Zone), -1);
        }
    }
}
