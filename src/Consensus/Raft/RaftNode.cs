using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Rehearsal;
using StateServer.Consensus.Snapshots;
using StateServer.Consensus.Status;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <summary>
/// One member's Raft core: puts together what is in this folder and its neighbours. Opening it makes or reads the member's
/// identity only; <see cref="StartAsync"/> does the rest, once the peer port answers. Thread-safe.
/// </summary>
internal sealed partial class RaftNode : IRaftNode
{
    private readonly ReplicaOptions _options;
    private readonly IEntryApplier _applier;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IProcessEnd _end;
    private readonly MemberFolder _folder;
    private RaftParts? _parts;
    private string? _fault;
    private string? _unfit;
    private readonly Retirement _retirement;
    private readonly RehearsalOnce _rehearsal;
    private readonly Lock _stopLock = new();
    private string _leaderSaid = "";
    private Task? _stopping;

    private RaftNode(
        ReplicaOptions options, IEntryApplier applier, MemberFolder folder, TimeProvider time, ILogger logger, IProcessEnd end)
    {
        _options = options;
        _applier = applier;
        _folder = folder;
        _time = time;
        _logger = logger;
        _end = end;
        Guard = new(folder.Identity, folder.Pins);
        Guard.Know(options.InitialMembers.Select(member => member.Id));
        Channels = new(folder.Identity, folder.Pins, options.PeerAddress, options.ElectionTimeoutLow);
        Channels.Refused += OnRefused;
        _retirement = new(folder, () => StopAsync(new CancellationToken(canceled: true)), logger);
        _rehearsal = new(Path.Combine(options.DataFolder, "rehearsal"), time);
        Bootstrap = new(folder.Identity, folder.Pins, Channels, time, logger);
    }

    /// <inheritdoc/>
    public event Action<RaftStatus>? Changed;

    /// <summary>Decides which calls of other members are let in.</summary>
    public PeerGuard Guard { get; }

    /// <summary>Leads to the other members.</summary>
    public PeerChannels Channels { get; }

    /// <summary>The first start's exchange of folder ids.</summary>
    public Bootstrap Bootstrap { get; }

    /// <summary>Which folder each member's id is bound to.</summary>
    public FolderPins Pins => _folder.Pins;

    /// <summary>Who this member is.</summary>
    public MemberIdentity Identity => _folder.Identity;

    /// <summary>The library's half; null before the start, and once this member was removed.</summary>
    public MemberCluster? Cluster => _retirement.Reason is null ? Volatile.Read(ref _parts)?.Cluster : null;

    /// <summary>Takes snapshots in; there is one once started.</summary>
    public SnapshotInstaller Installer => Parts.Installer;

    /// <inheritdoc/>
    public RaftStatus Status => Volatile.Read(ref _parts) is { } parts
        ? Look(parts)
        : new() { Fault = Volatile.Read(ref _fault) ?? _retirement.Reason ?? Bootstrap.Fault ?? "this member is starting" };

    /// <inheritdoc/>
    public MemberPosition Position => Volatile.Read(ref _parts) is { } parts
        ? new(parts.Cluster.CurrentLeader, parts.Log.Term, IsLearner(parts))
        : default;

    /// <inheritdoc/>
    public string? Fault => Volatile.Read(ref _parts) is { } parts ? Trouble(parts) : Status.Fault;

    /// <inheritdoc/>
    public bool IsHandingOver => Volatile.Read(ref _parts)?.Transfer.InProgress ?? false;

    /// <inheritdoc/>
    public CancellationToken LeadershipToken
    {
        get
        {
            if (Volatile.Read(ref _parts) is { } parts && parts.Cluster.IsLeader
                && parts.Log.Leadership is { Term: > 0 } leadership && _applier.AppliedIndex >= leadership.Index)
            {
                try
                {
                    return parts.Cluster.LeadershipToken;
                }
                catch (System.Diagnostics.UnreachableException)
                {
                    // The library gave up on itself; it leads nothing.
                }
            }

            return new(canceled: true);
        }
    }

    private RaftParts Parts => Volatile.Read(ref _parts) is not { } parts
        ? throw new NotLeadingException("this member is starting")
        : _retirement.Reason is { } removed ? throw new NotLeadingException($"this member was removed from the cluster: {removed}") : parts;

    /// <summary>Makes or reads the member's identity; nothing else is touched.</summary>
    /// <param name="options">The replica's options.</param>
    /// <param name="applier">Who applies what is committed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log for people.</param>
    /// <param name="disk">The disk; the real one where null.</param>
    /// <param name="end">How the process ends when it must; in earnest where null.</param>
    /// <exception cref="LogDamagedException">The identity is damaged, or of another member.</exception>
    public static RaftNode Open(
        ReplicaOptions options,
        IEntryApplier applier,
        TimeProvider time,
        ILogger logger,
        IDisk? disk = null,
        IProcessEnd? end = null)
        => new(
            options,
            applier,
            MemberFolder.Open(options, disk ?? LibcDisk.Instance, time, logger),
            time,
            logger,
            end ?? ImmediateExit.Instance);

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var member in _options.InitialMembers)
            {
                Channels.SetAddress(member.Id, member.PeerAddress);
            }

            if (_folder.FirstConfiguration is { } first)
            {
                Bootstrap.Resume();
            }
            else if (_options.Join is not null)
            {
                first = ClusterConfiguration.Empty;
                _folder.KeepFirstConfiguration(first);
                Bootstrap.Resume();
            }
            else
            {
                first = InitialMembersRule.Configure(_options.InitialMembers, _options.Id);
                await Bootstrap.BindAsync(first, _folder.Beginning(), cancellationToken).ConfigureAwait(false);
                _folder.KeepFirstConfiguration(first);
            }

            var opened = _folder.OpenLog(first, _applier);
            Guard.AcceptsStrangers = opened.Log.Configuration.Voters.IsEmpty;
            var parts = RaftParts.Assemble(this, _options, opened, _applier, _time, _logger, _end);
            parts.Cluster.Changed += RaiseChanged;
            parts.Log.TermRaised += RaiseChanged;
            parts.Transfer.Changed += RaiseChanged;
            Volatile.Write(ref _parts, parts);
            Interlocked.MemoryBarrier();
            parts.Cluster.Unfit = Volatile.Read(ref _unfit);
            if (_retirement.Reason is { } removed)
            {
                await parts.DisposeAsync().ConfigureAwait(false);
                throw new MemberFolderException($"this member was removed from the cluster: {removed}", isRetired: true);
            }

            await parts.StartAsync(cancellationToken).ConfigureAwait(false);
            parts.Learners.Roster = Volatile.Read(ref _roster);
            RaiseChanged();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Volatile.Write(ref _fault, exception.Message);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<EntryPosition> AppendAsync(
        long term, ReadOnlyMemory<byte> payload, bool reserve, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var parts = Parts;
        if (!parts.Cluster.IsLeader || parts.Transfer.InProgress)
        {
            throw new NotLeadingException(
                parts.Cluster.IsLeader ? "leadership is being handed over" : "this member does not lead");
        }

        var position = parts.Log.Append(term, RecordKind.Command, payload.ToArray(), reserve);
        parts.Appended();
        return new(position);
    }

    /// <inheritdoc/>
    public async ValueTask<long> ConfirmLeadershipAsync(CancellationToken cancellationToken)
    {
        var parts = Parts;
        if (!parts.Cluster.IsLeader)
        {
            throw new NotLeadingException("this member does not lead");
        }

#if PLANTED_ReadWithoutRound
        if (parts.Log.CommitIndex is var committed && committed >= parts.Log.Leadership.Index)
        {
            return committed;
        }
#endif
        var round = parts.Log.WaitForRound(out var readIndex);
        if (!round.IsCompleted)
        {
            parts.Cluster.ForceRound();
        }

        try
        {
            return await round.WaitAsync(_options.ElectionTimeoutHigh, _time, cancellationToken).ConfigureAwait(false)
                ? readIndex
                : throw new NotLeadingException("this member does not lead, or has not yet committed an entry of its term");
        }
        catch (TimeoutException exception)
        {
            throw new NotLeadingException("no majority of the voters answered in time", exception);
        }
    }

    /// <inheritdoc/>
    public void TellCommit()
    {
        if (Volatile.Read(ref _parts) is { Cluster: { IsLeader: true } cluster })
        {
            cluster.ForceRound();
        }
    }

    /// <inheritdoc/>
    public void KeepFromLeading(string? why)
    {
        Volatile.Write(ref _unfit, why);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _parts) is { } parts)
        {
            parts.Cluster.Unfit = why;
        }
    }

    /// <inheritdoc/>
    public async ValueTask TransferLeadershipAsync(NodeId target, CancellationToken cancellationToken)
        => await Parts.Transfer.HandOverAsync(target, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask SnapshotWrittenAsync(long index, CancellationToken cancellationToken)
    {
        Parts.Log.DropBehindSnapshot(index, _options.TailEntries, _options.TailBytes);
        return default;
    }

    /// <inheritdoc/>
    public ConfigurationInForce ConfigurationAt(long index) => Parts.Log.ConfigurationAt(index);

    /// <summary>The snapshots; null before they are open, and once this member was removed.</summary>
    public SnapshotStore? OpenSnapshots => _retirement.Reason is null ? Volatile.Read(ref _parts)?.Snapshots : null;

    /// <summary>The snapshots; there are some once started.</summary>
    public SnapshotStore Snapshots => Parts.Snapshots;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_stopLock)
        {
            return _stopping ??= EndAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);

    [LoggerMessage(EventId = 3020, Level = LogLevel.Warning, Message = "leadership was not handed over before the stop: {Why}")]
    private static partial void LogNotHandedOver(ILogger logger, string why);

    [LoggerMessage(EventId = 3021, Level = LogLevel.Error, Message = "a handler of a change of leader or term failed")]
    private static partial void LogHandlerFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 3022, Level = LogLevel.Information, Message = "{What}")]
    private static partial void LogLeader(ILogger logger, string what);

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _rehearsal.DisposeAsync().ConfigureAwait(false);
        if (Volatile.Read(ref _parts) is { } parts)
        {
            if (parts.Cluster.IsLeader && parts.Log.Configuration.Voters.Length > 1)
            {
                try
                {
                    await parts.Transfer.HandOverAsync(default, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception exception) when (exception is TransferRefusedException or NotLeadingException or OperationCanceledException)
                {
                    LogNotHandedOver(_logger, exception.Message);
                }
            }

            await parts.DisposeAsync().ConfigureAwait(false);
        }

        Channels.Dispose();
    }

    private void RaiseChanged()
    {
        try
        {
            var status = Status;
            SayLeader(status);
            Changed?.Invoke(status);
        }
        catch (Exception exception)
        {
            LogHandlerFailed(_logger, exception);
        }
    }

    /// <summary>Logs each change of leader, once; terms that pass without one are not told one by one.</summary>
    private void SayLeader(RaftStatus status)
    {
        var what = status switch
        {
            { IsLeader: true } => $"this member leads, in term {status.Term}",
            { Leader.IsNone: true } => "no leader is known",
            _ => $"{NameOf(status.Leader)} ({status.Leader}) leads, in term {status.Term}",
        };
        if (Interlocked.Exchange(ref _leaderSaid, what) != what)
        {
            LogLeader(_logger, what);
        }
    }

    private string NameOf(NodeId member) =>
        Volatile.Read(ref _roster).Find(member)?.Name
        ?? _options.InitialMembers.FirstOrDefault(known => known.Id == member)?.Name
        ?? "another member";

    private bool IsLearner(RaftParts parts) =>
        !parts.Log.Configuration.Contains(_options.Id)
        && Trouble(parts) is null
        && !parts.Cluster.IsLeader;

    private RaftStatus Look(RaftParts parts)
    {
        var log = parts.Log;
        var voters = log.Configuration.Voters;
        var leads = parts.Cluster.IsLeader;
        return new()
        {
            Term = log.Term,
            Leader = parts.Cluster.CurrentLeader,
            IsLeader = leads,
            IsVoter = voters.Contains(_options.Id),
            FirstIndex = log.FirstIndex,
            LastIndex = log.LastIndex,
            CommitIndex = log.CommitIndex,
            DiskBytes = log.DiskBytes,
            SyncingFor = log.SyncingFor,
            Voters = voters,
            Progress = leads ? ProgressOf(voters, parts) : [],
            Learners = leads ? parts.Learners.Progress : ImmutableDictionary<NodeId, LearnerProgress>.Empty,
            Fault = Trouble(parts),
            SpaceShortage = log.SpaceShortage,
        };
    }
}
