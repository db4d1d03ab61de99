using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>The search for a linearization of one register's history. Used once, by one thread.</summary>
internal sealed class RegisterSearch
{
    private const string Absent = "\0absent";
    private const int ChecksBetweenClockReads = 4096;

    private readonly Operation[] _operations;
    private readonly Func<bool> _outOfTime;
    private readonly HistoryEvent _head = new(-1, isReturn: false);
    private readonly HashSet<Configuration> _visited = [];
    private readonly Stack<(HistoryEvent Call, string State)> _chosen = new();
    private readonly ulong[] _linearized;
    private int _open;
    private int _deepest;
    private HistoryEvent? _stuckAt;
    private string _stuckState = Absent;

    public RegisterSearch(Operation[] operations, Func<bool> outOfTime)
    {
        _operations = operations;
        _outOfTime = outOfTime;
        _linearized = new ulong[(operations.Length + 63) / 64];
        Link();
    }

    /// <summary>Searches; an operation that returned must be placed, an unknown one need not.</summary>
    public Conclusion Run()
    {
        string state = Absent;
        HistoryEvent? at = _head.Next;
        long steps = 0;
        while (_open > 0)
        {
            if (++steps % ChecksBetweenClockReads == 0 && _outOfTime())
            {
                return Conclusion.Undecided;
            }

            if (at is { IsReturn: false })
            {
                at = TryPlace(at, ref state) ? _head.Next : at.Next;
                continue;
            }

            // A return whose call isn't placed, or the end: the newest choice was wrong.
            Remember(at, state);
            if (_chosen.Count == 0)
            {
                return Conclusion.Violated;
            }

            (HistoryEvent undone, string before) = _chosen.Pop();
            state = before;
            Unplace(undone);
            at = undone.Next;
        }

        return Conclusion.Holds;
    }

    /// <summary>After a violation: the operation where the longest explanation ended.</summary>
    public string Explain()
    {
        string state = _stuckState == Absent ? "absent" : $"\"{_stuckState}\"";
        return _stuckAt is { Operation: >= 0 } stuck
            ? $"no order explains {Describe(_operations[stuck.Operation])}; the longest explanation places {_deepest} operations and ends with the register {state}"
            : $"no order explains the history; the longest explanation ends with the register {state}";
    }

    private static string Describe(Operation o) => o.Kind switch
    {
        OperationKind.Read => $"process {o.Process} reading {o.Value ?? "nothing"} [{o.Call}, {o.Return}]",
        OperationKind.Cas => $"process {o.Process} swapping {o.Expect ?? "nothing"} for {o.Value} (swapped: {o.Swapped}) [{o.Call}, {o.Return}]",
        OperationKind.Write => $"process {o.Process} writing {o.Value} [{o.Call}, {o.Return}]",
        _ => $"process {o.Process} deleting [{o.Call}, {o.Return}]",
    };

    /// <summary>One step of the register: the state after the operation, or null where its answer doesn't fit.</summary>
    private static string? Step(string state, Operation o) => o.Kind switch
    {
        OperationKind.Read => (o.Value ?? Absent) == state ? state : null,
        OperationKind.Write => o.Value!,
        OperationKind.Delete => Absent,
        _ => Swap(state, o),
    };

    private static string? Swap(string state, Operation o)
    {
        bool fits = (o.Expect ?? Absent) == state;
        if (o.Status == OperationStatus.Unknown)
        {
            return fits ? o.Value! : state;
        }

        return fits == o.Swapped ? (fits ? o.Value! : state) : null;
    }

    private bool TryPlace(HistoryEvent call, ref string state)
    {
        if (Step(state, _operations[call.Operation]) is not { } next)
        {
            return false;
        }

        _linearized[call.Operation >> 6] |= 1UL << (call.Operation & 63);
        if (!_visited.Add(new Configuration([.. _linearized], next)))
        {
            _linearized[call.Operation >> 6] &= ~(1UL << (call.Operation & 63));
            return false;
        }

        _chosen.Push((call, state));
        state = next;
        call.Unlink();
        if (call.Match is { } ret)
        {
            ret.Unlink();
            _open--;
        }

        return true;
    }

    private void Unplace(HistoryEvent call)
    {
        _linearized[call.Operation >> 6] &= ~(1UL << (call.Operation & 63));
        if (call.Match is { } ret)
        {
            ret.Relink();
            _open++;
        }

        call.Relink();
    }

    private void Remember(HistoryEvent? at, string state)
    {
        if (_stuckAt is null || _chosen.Count > _deepest)
        {
            (_deepest, _stuckAt, _stuckState) = (_chosen.Count, at, state);
        }
    }

    private void Link()
    {
        var events = new List<(long Time, int Rank, HistoryEvent Event)>(_operations.Length * 2);
        for (int i = 0; i < _operations.Length; i++)
        {
            var call = new HistoryEvent(i, isReturn: false);
            events.Add((_operations[i].Call, 0, call));
            if (_operations[i].Status == OperationStatus.Ok)
            {
                var ret = new HistoryEvent(i, isReturn: true);
                call.Match = ret;
                events.Add((_operations[i].Return, 1, ret));
                _open++;
            }
        }

        // At equal times a call comes before a return: the two overlap.
        HistoryEvent last = _head;
        foreach ((long _, int _, HistoryEvent item) in events.OrderBy(e => e.Time).ThenBy(e => e.Rank))
        {
            last.Next = item;
            item.Previous = last;
            last = item;
        }
    }

    private sealed class HistoryEvent(int operation, bool isReturn)
    {
        public int Operation { get; } = operation;

        public bool IsReturn { get; } = isReturn;

        public HistoryEvent? Next { get; set; }

        public HistoryEvent? Previous { get; set; }

        public HistoryEvent? Match { get; set; }

        public void Unlink()
        {
            Previous!.Next = Next;
            if (Next is not null)
            {
                Next.Previous = Previous;
            }
        }

        public void Relink()
        {
            Previous!.Next = this;
            if (Next is not null)
            {
                Next.Previous = this;
            }
        }
    }

    private readonly struct Configuration(ulong[] linearized, string state) : IEquatable<Configuration>
    {
        private readonly ulong[] _linearized = linearized;
        private readonly string _state = state;

        public bool Equals(Configuration other) =>
            _state == other._state && _linearized.AsSpan().SequenceEqual(other._linearized);

        public override bool Equals(object? obj) => obj is Configuration other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(_state);
            foreach (ulong word in _linearized)
            {
                hash.Add(word);
            }

            return hash.ToHashCode();
        }
    }
}
