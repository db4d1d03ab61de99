using StateServer.Domain.Identity;
using StateServer.Placement.Planning.Reports;

namespace StateServer.Placement.Reconciliation.Explaining;

/// <summary>
/// The last decision about each unit and machine that this member took as leader, for <c>explain</c>; the oldest are forgotten past
/// a limit. Decisions are not replicated: a new leader tells what it decides from then on. Thread-safe.
/// </summary>
/// <param name="most">Most subjects; some hundred bytes each with few zones.</param>
public sealed class DecisionBook(int most = DecisionBook.DefaultMost)
{
    /// <summary>Most subjects where nothing else is said: a deploy of ten full commands.</summary>
    public const int DefaultMost = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(UnitName? Unit, MachineId? Machine), LinkedListNode<Decision>> _byKey = [];
    private readonly LinkedList<Decision> _inOrder = [];
    private string _paused = "";
    private string _waits = "";

    /// <summary>The decisions about the members.</summary>
    public MemberBook Members { get; } = new();

    /// <summary>Why moves of units are paused, in one line; empty where they aren't.</summary>
    public string Paused
    {
        get
        {
            lock (_lock)
            {
                return _paused;
            }
        }
    }

    /// <summary>Why nothing can be planned now, in one line; empty where it can.</summary>
    public string Waits
    {
        get
        {
            lock (_lock)
            {
                return _waits;
            }
        }
    }

    /// <summary>Notes the decisions of a plan.</summary>
    public void Note(PlanReport report)
    {
        lock (_lock)
        {
            (_paused, _waits) = (report.Paused, "");
            foreach (var decision in report.Decisions)
            {
                Note(decision);
            }
        }
    }

    /// <summary>Notes why there is no plan.</summary>
    public void NoteWaiting(string why)
    {
        lock (_lock)
        {
            _waits = why;
        }
    }

    /// <summary>Forgets all: another member leads.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _byKey.Clear();
            _inOrder.Clear();
            (_paused, _waits) = ("", "");
        }

        Members.Clear();
    }

    /// <summary>The last decision about a unit, or null.</summary>
    public Decision? About(UnitName unit) => Find((unit, null));

    /// <summary>The last decision about a machine alone, or null.</summary>
    public Decision? About(MachineId machine) => Find((null, machine));

    private static (UnitName? Unit, MachineId? Machine) KeyOf(Decision decision) =>
        (decision.Unit, decision.Unit is null ? decision.Machine : null);

    private Decision? Find((UnitName? Unit, MachineId? Machine) key)
    {
        lock (_lock)
        {
            return _byKey.GetValueOrDefault(key)?.Value;
        }
    }

    private void Note(Decision decision)
    {
        var key = KeyOf(decision);
        if (_byKey.Remove(key, out var known))
        {
            _inOrder.Remove(known);
        }

        _byKey[key] = _inOrder.AddLast(decision);
        if (_byKey.Count > most)
        {
            var oldest = _inOrder.First!;
            _inOrder.RemoveFirst();
            _byKey.Remove(KeyOf(oldest.Value));
        }
    }
}
