using StateServer.Consensus.Membership;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Replica;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Replica;

/// <summary>One member's share of a <see cref="FakeCluster"/>'s log: applies on a task of its own.</summary>
internal sealed class FakeRaftNode(FakeCluster cluster, NodeId self, Applier applier) : IRaftNode
{
    private readonly TaskCompletionSource<string> _removal = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _wake = new(0);
    private readonly CancellationTokenSource _stop = new();
    private Task _applying = Task.CompletedTask;
    private int _rounds;
    private int _commitsTold;
    private int _appends;

    public event Action<RaftStatus>? Changed;

    /// <summary>While set, this member is asleep: it believes what it believed, and applies nothing.</summary>
    public bool Paused { get; set; }

    /// <summary>What a sleeping ex-leader believes.</summary>
    public bool BelievesToLead { get; set; }

    /// <summary>Changes what this member applies.</summary>
    public Func<byte[], byte[]>? Tamper { get; set; }

    public string? SpaceShortage { get; set; }

    public string? Fault { get; set; }

    /// <summary>How long a sync has been under way.</summary>
    public TimeSpan SyncingFor { get; set; }

    /// <summary>Rounds wait for it where it is not null.</summary>
    public TaskCompletionSource? RoundGate { get; set; }

    public Func<Task>? BeforeAppend { get; set; }

    /// <summary>While set, appends are refused.</summary>
    public bool IsHandingOver { get; set; }

    /// <summary>How often an append was asked for, refused ones among it.</summary>
    public int Appends => _appends;

    public int Rounds => _rounds;

    /// <summary>Rounds that only tell what is committed.</summary>
    public int CommitsTold => _commitsTold;

    /// <summary>How often the voters were appended once more.</summary>
    public int Restated { get; private set; }

    public List<NodeId> Transfers { get; } = [];

    /// <summary>Why this member must not lead, as its replica told it.</summary>
    public string? Unfit { get; private set; }

    public RaftStatus Status
    {
        get
        {
            var (term, leader, last, commit) = cluster.Look();
            return new()
            {
                Term = term,
                Leader = BelievesToLead ? self : leader,
                IsLeader = BelievesToLead || leader == self,
                IsVoter = true,
                FirstIndex = 1,
                LastIndex = last,
                CommitIndex = commit,
                Voters = cluster.Voters,
                Progress = [.. cluster.Voters.Where(voter => voter != self).Select(voter => new PeerProgress(voter, last, long.MaxValue / 2))],
                SpaceShortage = SpaceShortage,
                Fault = Fault,
                SyncingFor = SyncingFor,
            };
        }
    }

    public CancellationToken LeadershipToken => Status.IsLeader && applier.Point.Term == Status.Term ? default : new(true);

    public async ValueTask<EntryPosition> AppendAsync(
        long term, ReadOnlyMemory<byte> payload, bool mayUseReserve, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _appends);
        if (BeforeAppend is { } before)
        {
            await before();
        }

        if (IsHandingOver)
        {
            throw new NotLeadingException("leadership is being handed over");
        }

        if (SpaceShortage is { } shortage && !mayUseReserve)
        {
            throw new LogSpaceException(shortage);
        }

        return cluster.Append(self, term, payload);
    }

    public async ValueTask<long> ConfirmLeadershipAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _rounds);
        var (_, leader, _, commit) = cluster.Look();
        if (RoundGate is { } gate)
        {
            await gate.Task.WaitAsync(cancellationToken);
        }

        return leader == self ? commit : throw new NotLeadingException("not the leader");
    }

    /// <summary>How often the voters were greeted.</summary>
    public int Greetings { get; private set; }

    public Task GreetVotersAsync(CancellationToken cancellationToken)
    {
        Greetings++;
        return Task.CompletedTask;
    }

    /// <summary>How often an election was rehearsed, or should have been.</summary>
    public int Rehearsals { get; private set; }

    public bool RehearsalFails { get; set; }

    public Task RehearseElectionAsync(CancellationToken cancellationToken)
    {
        Rehearsals++;
        return RehearsalFails ? Task.FromException(new IOException("no room for it")) : Task.CompletedTask;
    }

    public void TellCommit() => Interlocked.Increment(ref _commitsTold);

    public ValueTask TransferLeadershipAsync(NodeId target, CancellationToken cancellationToken)
    {
        if (cluster.Look().Leader != self)
        {
            throw new NotLeadingException("not the leader");
        }

        var to = target.IsNone ? cluster.Voters.First(voter => voter != self) : target;
        var index = cluster.Members.FindIndex(member => member.Id == to);
        if (index < 0)
        {
            throw new TransferRefusedException($"member {to} is not a voter");
        }

        Transfers.Add(to);
        cluster.Elect(index);
        return default;
    }

    public void KeepFromLeading(string? why) => Unfit = why;

    public Func<JoiningMember, CancellationToken, ValueTask<string?>>? Admit { get; set; }

    public Task<string> Removal => _removal.Task;

    /// <summary>Whom its replica told it of last.</summary>
    public MemberRoster Roster { get; private set; } = MemberRoster.Empty;

    public void Follow(MemberRoster roster) => Roster = roster;

    public void Remove(string reason) => _removal.TrySetResult(reason);

    public ValueTask<EntryPosition> PromoteAsync(NodeId learner, CancellationToken cancellationToken)
        => throw new NotSupportedException("a fake has no configuration");

    public ValueTask<EntryPosition> RemoveVoterAsync(NodeId voter, CancellationToken cancellationToken)
        => throw new NotSupportedException("a fake has no configuration");

    public async ValueTask<EntryPosition> RestateVotersAsync(CancellationToken cancellationToken)
    {
        var position = cluster.AppendVoters(self);
        Restated++;
        await applier.Waiters.WaitAsync(position.Index, () => applier.AppliedIndex, cancellationToken);
        return position;
    }

    public ValueTask SnapshotWrittenAsync(long index, CancellationToken cancellationToken) => default;

    public ConfigurationInForce ConfigurationAt(long index) => throw new NotSupportedException("a fake has no configuration");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _applying = Task.Run(ApplyAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _applying;
    }

    public ValueTask DisposeAsync() => default;

    public void Wake() => _wake.Release();

    public void RaiseChanged() => Changed?.Invoke(Status);

    private async Task ApplyAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            while (!Paused && cluster.Committed(applier.AppliedIndex + 1) is { } entry)
            {
                var payload = entry.Payload.Length > 0 && Tamper is { } tamper ? tamper(entry.Payload) : entry.Payload;
                applier.Apply([new(applier.AppliedIndex + 1, entry.Term, payload, entry.Voters)]);
            }

            await _wake.WaitAsync(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        }
    }
}
