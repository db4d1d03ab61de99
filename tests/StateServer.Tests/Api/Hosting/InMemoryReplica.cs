using System.Collections.Concurrent;
using System.Collections.Immutable;
using StateServer.Consensus;
using StateServer.Consensus.Leases;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Status;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Events;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace.Operations;
using StateServer.Domain.Outcomes;

namespace StateServer.StateServer.Tests.Api.Hosting;

/// <summary>
/// A cluster of one in memory: each proposal is one log entry, applied at once by the real state machine. Faults can be
/// set, and are thrown by the next call. Thread-safe.
/// </summary>
internal sealed class InMemoryReplica : IReplica, ILeaseTimes
{
    internal static readonly NodeId Self = new(7);
    internal static readonly ClusterId Cluster = new(77);

    private const int MaxRequestBytes = 1536 * 1024;

    private readonly Lock _gate = new();
    private ReplicatedState _state = ReplicatedState.Empty;
    private int _serializableReads;
    private TaskCompletionSource _applied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MemberStatus _status = new()
    {
        Id = Self,
        Cluster = Cluster,
        Name = "one",
        Zone = new Zone("local-a"),
        PeerAddress = "127.0.0.1:2380",
        ClientUrls = ["http://127.0.0.1:2379"],
        Role = MemberRole.Leader,
        Leader = Self,
        Term = 3,
        Voters = [Self],
        DiskBytes = 4096,
        StateBytes = 512,
        Version = "0.1.0",
    };

    public event Action<AppliedEntry>? Applied;

    /// <summary>Thrown by the next proposals instead of executing them.</summary>
    internal Exception? ProposalFault { get; set; }

    /// <summary>How many proposals met a fault.</summary>
    internal int RefusedProposals { get; private set; }

    /// <summary>Thrown by the next linearizable reads.</summary>
    internal Exception? ReadFault { get; set; }

    /// <summary>Thrown by the next serializable reads.</summary>
    internal Exception? SerializableFault { get; set; }

    /// <summary>Thrown by leadership transfers.</summary>
    internal Exception? TransferFault { get; set; }

    /// <summary>Whether each compaction's history is trimmed at once.</summary>
    internal bool TrimsAtOnce { get; set; } = true;

    /// <summary>How many linearizable reads were asked for.</summary>
    internal int LinearizableReads { get; private set; }

    /// <summary>The targets that leadership was transferred to.</summary>
    internal List<NodeId> Transfers { get; } = [];

    /// <summary>The request ids that proposals came with.</summary>
    internal List<RequestId?> Requests { get; } = [];

    public ReplicatedState State => Volatile.Read(ref _state);

    public MemberStatus Status
    {
        get => _status with { CommitIndex = State.AppliedIndex, AppliedIndex = State.AppliedIndex, Revision = State.Keyspace.Revision };
        set => _status = value;
    }

    public ValueTask<Outcome> ProposeAsync(Command command, RequestId? request, CancellationToken cancellationToken)
    {
        if (ProposalFault is { } fault)
        {
            RefusedProposals++;
            throw fault;
        }

        if (command is KeyspaceCommand { Operation: PutOperation put } && put.Key.Length + put.Value.Length > MaxRequestBytes)
        {
            throw new ProposalRefusedException(ProposalRefusal.TooLarge, "the command is over 1.5 MiB");
        }

        lock (_gate)
        {
            Requests.Add(request);
        }

        var outcome = Apply(command, request);
        while (TrimsAtOnce && State.Keyspace.HasHistoryToTrim)
        {
            Apply(new TrimHistoryCommand(), null);
        }

        return ValueTask.FromResult(outcome);
    }

    /// <summary>Applies one command, as a committed entry of its own.</summary>
    internal Outcome Apply(Command command, RequestId? request) => Apply([new BatchItem(command, request, new ProposalId(Self, 1, 1))]);

    /// <summary>Applies several, as one entry.</summary>
    internal Outcome Apply(params ImmutableArray<BatchItem> items)
    {
        lock (_gate)
        {
            var batch = new CommandBatch(_state.FeatureLevel, 0, items);
            var result = StateMachine.Apply(_state, _state.AppliedIndex + 1, 1, batch);
            Volatile.Write(ref _state, result.State);
            _applied.SetResult();
            _applied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Events.AddRange(result.Events);
            if (!IsMuted)
            {
                Applied?.Invoke(new AppliedEntry(_state.AppliedIndex, _state, result.Events, IsRestore: false));
            }

            return result.Outcomes[0];
        }
    }

    /// <summary>Whether entries are applied untold, as on another member.</summary>
    internal bool IsMuted { get; set; }

    /// <summary>Every change ever applied here, in order.</summary>
    internal List<KeyEvent> Events { get; } = [];

    /// <summary>Takes another member's state over, as from a snapshot.</summary>
    internal void Restore(ReplicatedState state)
    {
        lock (_gate)
        {
            Volatile.Write(ref _state, state);
            Applied?.Invoke(new AppliedEntry(state.AppliedIndex, state, [], IsRestore: true));
        }
    }

    /// <summary>Keep-alives that were asked for, in order.</summary>
    internal ConcurrentQueue<LeaseId> Renewals { get; } = new();

    /// <summary>Renewals wait for it where it is not null.</summary>
    internal TaskCompletionSource? RenewalGate { get; set; }

    /// <summary>Thrown by the next questions about leases.</summary>
    internal Exception? LeaseFault { get; set; }

    public long ShortestSeconds => 2;

    public async ValueTask<LeaseTime?> RenewAsync(LeaseId lease, CancellationToken cancellationToken)
    {
        Renewals.Enqueue(lease);
        if (RenewalGate is { } gate)
        {
            await gate.Task.WaitAsync(cancellationToken);
        }

        return await FindAsync(lease, cancellationToken);
    }

    public ValueTask<LeaseTime?> FindAsync(LeaseId lease, CancellationToken cancellationToken) => LeaseFault is { } fault
        ? throw fault
        : ValueTask.FromResult<LeaseTime?>(State.Keyspace.GetLease(lease) is { } found
            ? new LeaseTime(found.TimeToLiveSeconds, TimeSpan.FromSeconds(found.TimeToLiveSeconds - 0.25), State.AppliedIndex)
            : null);

    /// <summary>How often its own state was asked for.</summary>
    internal int SerializableReads => Volatile.Read(ref _serializableReads);

    public ReplicatedState ReadSerializable()
    {
        Interlocked.Increment(ref _serializableReads);
        return SerializableFault is { } fault ? throw fault : State;
    }

    public ValueTask<ReplicatedState> ReadLinearizableAsync(CancellationToken cancellationToken)
    {
        LinearizableReads++;
        return ReadFault is { } fault ? throw fault : ValueTask.FromResult(State);
    }

    /// <summary>The index that was waited for last.</summary>
    internal long WaitedFor { get; private set; }

    public async ValueTask WaitForAppliedAsync(long index, CancellationToken cancellationToken)
    {
        WaitedFor = index;
        while (true)
        {
            Task next;
            lock (_gate)
            {
                if (_state.AppliedIndex >= index)
                {
                    return;
                }

                next = _applied.Task;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    /// <summary>How often all members were asked for their status.</summary>
    internal int Observations { get; private set; }

    /// <summary>What the other members say when they are asked.</summary>
    internal ImmutableArray<MemberObservation> Others { get; set; } = [];

    public ValueTask<IReadOnlyList<MemberObservation>> ObserveMembersAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        Observations++;
        return ValueTask.FromResult<IReadOnlyList<MemberObservation>>([new MemberObservation(Self, Status, TimeSpan.Zero, null, null), .. Others]);
    }

    public ValueTask TransferLeadershipAsync(NodeId target, CancellationToken cancellationToken)
    {
        if (TransferFault is { } fault)
        {
            throw fault;
        }

        Transfers.Add(target);
        return ValueTask.CompletedTask;
    }
}
