using System.Collections.Immutable;
using StateServer.Consensus.Raft;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Replica;

/// <summary>
/// Replicas over an imagined Raft: one log that all agree on up to the commit index, and behind it what the leader appended. A
/// test decides who leads, what is committed and what is lost.
/// </summary>
internal sealed class FakeCluster : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<(long Term, byte[] Payload, ImmutableArray<NodeId> Voters)> _log = [];
    private long _commit;
    private long _term;
    private NodeId _leader;
    private bool _holdCommits;

    private FakeCluster()
    {
    }

    public List<FakeMember> Members { get; } = [];

    public FakeMember this[int index] => Members[index];

    public ImmutableArray<NodeId> Voters => [.. Members.Select(member => member.Id)];

    public bool HoldCommits
    {
        get => _holdCommits;
        set
        {
            _holdCommits = value;
            Commit();
        }
    }

    public static async Task<FakeCluster> StartAsync(
        int members, int? leader = 0, Func<ReplicaOptions, ReplicaOptions>? configure = null, TimeProvider? time = null)
    {
        var cluster = new FakeCluster();
        for (var i = 1; i <= members; i++)
        {
            var options = TestOptions.Of(i, members);
            cluster.Members.Add(new(cluster, configure?.Invoke(options) ?? options, time ?? TimeProvider.System));
        }

        foreach (var member in cluster.Members)
        {
            await member.Replica.StartAsync(CancellationToken.None);
        }

        if (leader is { } first)
        {
            cluster.Elect(first);
        }

        return cluster;
    }

    /// <summary>Waits until all members are registered, so that no command but a test's own is under way.</summary>
    public Task RegisteredAsync() => Eventually.IsTrueAsync(() => IsRegistered, "all members are registered, and the feature level is raised");

    /// <summary>Whether all members are registered, the feature level is as high as it gets, and the voters are known.</summary>
    public bool IsRegistered => Members.TrueForAll(member => member.Replica.State.Members.Count == Members.Count
        && member.Replica.State.FeatureLevel == StateMachine.HighestFeatureLevel
        && !member.Replica.State.Membership.Voters.IsEmpty
        && member.Core.Queue.Waiting == 0);

    /// <summary>Starts a term. What the last leader had not committed is kept, or lost.</summary>
    public void Elect(int leader, bool loseTail = false)
    {
        lock (_lock)
        {
            if (loseTail)
            {
                _log.RemoveRange((int)_commit, _log.Count - (int)_commit);
            }

            _term++;
            _leader = Members[leader].Id;
            _log.Add((_term, [], default));
        }

        Changed();
        HoldCommits = false;
    }

    public void LoseLeader()
    {
        lock (_lock)
        {
            _term++;
            _leader = default;
        }

        Changed();
    }

    public int UncommittedEntries
    {
        get
        {
            lock (_lock)
            {
                return _log.Count - (int)_commit;
            }
        }
    }

    public int Entries
    {
        get
        {
            lock (_lock)
            {
                return _log.Count;
            }
        }
    }

    public (long Term, NodeId Leader, long Last, long Commit) Look()
    {
        lock (_lock)
        {
            return (_term, _leader, _log.Count, _commit);
        }
    }

    /// <summary>Appends the voters as a configuration entry, as the leader of this term.</summary>
    public EntryPosition AppendVoters(NodeId self) => Append(self, Look().Term, default, Voters);

    public EntryPosition Append(NodeId self, long term, ReadOnlyMemory<byte> payload, ImmutableArray<NodeId> voters = default)
    {
        EntryPosition position;
        lock (_lock)
        {
            if (_leader != self || term != _term)
            {
                throw new NotLeadingException("not the leader");
            }

            _log.Add((term, payload.ToArray(), voters));
            position = new(_log.Count, term);
        }

        Commit();
        return position;
    }

    public (long Term, byte[] Payload, ImmutableArray<NodeId> Voters)? Committed(long index)
    {
        lock (_lock)
        {
            return index <= _commit ? _log[(int)index - 1] : null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members)
        {
            await member.DisposeAsync();
        }
    }

    private void Commit()
    {
        lock (_lock)
        {
            if (!_holdCommits)
            {
                _commit = _log.Count;
            }
        }

        foreach (var member in Members)
        {
            member.Raft.Wake();
        }
    }

    private void Changed()
    {
        foreach (var member in Members)
        {
            member.Raft.RaiseChanged();
        }
    }
}
