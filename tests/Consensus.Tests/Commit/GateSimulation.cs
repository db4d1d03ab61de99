using StateServer.Consensus.Commit;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Commit;

/// <summary>A seeded cluster on paper around <see cref="CommitGate"/>; its twin counts disks, and knows nothing of acknowledgements.</summary>
internal sealed class GateSimulation
{
    private readonly Random _random;
    private readonly Paper[] _papers;
    private readonly NodeId[] _voters;
    private readonly CommitGate _gate = new();
    private readonly List<(int Voter, long Term, long Index)> _underWay = [];
    private readonly List<long> _committed = [];
    private int _leader = -1;
    private long _term;

    private GateSimulation(int seed, int voters)
    {
        _random = new(seed);
        _papers = [.. Enumerable.Range(0, voters).Select(_ => new Paper())];
        _voters = [.. Enumerable.Range(1, voters).Select(i => new NodeId((ulong)i))];
    }

    public static int Run(int seed, int voters, int steps)
    {
        var simulation = new GateSimulation(seed, voters);
        for (var i = 0; i < steps; i++)
        {
            simulation.Step();
        }

        return simulation._committed.Count;
    }

    private void Step()
    {
        switch (_random.Next(10))
        {
            case 0 when _leader < 0 || _random.Next(8) == 0:
                Elect();
                break;
            case 1 or 2 when _leader >= 0:
                _papers[_leader].Terms.Add(_term);
                break;
            case 3 or 4 when _leader >= 0:
                Replicate(_random.Next(_papers.Length));
                break;
            case 5 or 6:
                Sync(_random.Next(_papers.Length));
                break;
            case 7 when _random.Next(4) == 0:
                Restart(_random.Next(_papers.Length));
                break;
            default:
                Deliver();
                break;
        }
    }

    /// <summary>Only one that a majority finds up to date, as each voter's disk and memory have it, is elected (Raft §5.4.1).</summary>
    private void Elect()
    {
        var candidate = _random.Next(_papers.Length);
        var grants = _papers.Count(paper => _papers[candidate].IsUpToDateFor(paper) && _random.Next(5) > 0);
        if (grants < Quorum.Of(_papers.Length))
        {
            return;
        }

        _term++;
        _leader = candidate;
        Assert.True(_papers[candidate].Terms.Take(_committed.Count).SequenceEqual(_committed), "a leader without a committed entry");
        _papers[candidate].Terms.Add(_term);
        _gate.Open(_term, _papers[candidate].Terms.Count);
    }

    /// <summary>A bounded batch from any matching place, or everything as a snapshot would; the follower acknowledges once synced.</summary>
    private void Replicate(int follower)
    {
        if (follower == _leader)
        {
            return;
        }

        var leader = _papers[_leader].Terms;
        var paper = _papers[follower];
        var match = 0;
        while (match < leader.Count && match < paper.Terms.Count && leader[match] == paper.Terms[match])
        {
            match++;
        }

        var from = _random.Next(match + 1);
        var count = Math.Min(leader.Count - from, _random.Next(4) == 0 ? int.MaxValue : _random.Next(4));
        var end = from + count;
        if (end > match)
        {
            paper.Truncate(match);
            paper.Terms.AddRange(leader.Skip(match).Take(end - match));
        }

        paper.Durable = Math.Max(paper.Durable, end);
        _underWay.Add((follower, _term, end));
    }

    /// <summary>The leader's own disk comes up beside replication; a follower has synced before it acknowledged.</summary>
    private void Sync(int voter)
    {
        _papers[voter].Durable = _papers[voter].Terms.Count;
        if (voter == _leader)
        {
            Acknowledge(voter, _term, _papers[voter].Durable);
        }
    }

    private void Restart(int voter)
    {
        _papers[voter].Truncate(_papers[voter].Durable);
        if (voter == _leader)
        {
            _leader = -1;
            _gate.Close();
        }
    }

    private void Deliver()
    {
        if (_underWay.Count == 0)
        {
            return;
        }

        var i = _random.Next(_underWay.Count);
        var (voter, term, index) = _underWay[i];
        if (_random.Next(3) > 0)
        {
            _underWay.RemoveAt(i);
        }

        Acknowledge(voter, term, index);
    }

    private void Acknowledge(int voter, long term, long index)
    {
        _gate.Acknowledge(_voters[voter], term, index);
        if (_leader < 0)
        {
            return;
        }

        var committable = _gate.Committable(_voters);
        if (committable <= _committed.Count)
        {
            return;
        }

        var leader = _papers[_leader].Terms;
        Assert.Equal(_term, leader[(int)committable - 1]);
        var holders = _papers.Count(paper => paper.Durable >= committable
            && paper.Terms.Take((int)committable).SequenceEqual(leader.Take((int)committable)));
        Assert.True(holders >= Quorum.Of(_papers.Length), $"{committable} is committed and on {holders} disks");
        _committed.Clear();
        _committed.AddRange(leader.Take((int)committable));
    }

    private sealed class Paper
    {
        public List<long> Terms { get; } = [];

        public int Durable { get; set; }

        public void Truncate(int count)
        {
            if (count < Terms.Count)
            {
                Terms.RemoveRange(count, Terms.Count - count);
            }

            Durable = Math.Min(Durable, count);
        }

        public bool IsUpToDateFor(Paper voter)
        {
            var own = Terms.Count == 0 ? 0 : Terms[^1];
            var other = voter.Terms.Count == 0 ? 0 : voter.Terms[^1];
            return own > other || (own == other && Terms.Count >= voter.Terms.Count);
        }
    }
}
