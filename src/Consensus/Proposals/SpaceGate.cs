using Microsoft.Extensions.Logging;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Replica;
using StateServer.Domain.Alarms;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Proposals;

/// <summary>
/// Knows whether this member's disk has room, and refuses what needs room while the leader's, or a majority's, has none, or where
/// the state's quota is passed. It looks again at each <see cref="Refresh"/>, so that freed space is enough to heal. Thread-safe.
/// </summary>
internal sealed class SpaceGate
{
    /// <summary>
    /// A disk counts as full below this many free bytes, or below a fiftieth of it where that is less: room for the term and
    /// vote, for the snapshot of a small state, and for the log's own reserve to be made again.
    /// </summary>
    public const long LowBytes = 32L * 1024 * 1024;

    private readonly IRaftNode _raft;
    private readonly NodeId _self;
    private readonly IDiskSpace _disk;
    private readonly ILogger _logger;
    private string? _shortage;
    private long _freeBytes;
    private bool _quotaRefused;

    /// <summary>Makes it, and looks.</summary>
    public SpaceGate(ReplicaOptions options, IRaftNode raft, IDiskSpace disk, ILogger logger)
    {
        _raft = raft;
        _self = options.Id;
        _disk = disk;
        _logger = logger;
        Quota = new(options.QuotaBytes);
        Refresh();
    }

    /// <summary>Why this member's disk has no room; null while it has.</summary>
    public string? OwnShortage => Volatile.Read(ref _shortage);

    /// <summary>Free bytes of the disk, when it was last looked at.</summary>
    public long FreeBytes => Volatile.Read(ref _freeBytes);

    /// <summary>How much state there may be.</summary>
    public SpaceQuota Quota { get; }

    /// <summary>Whether the quota refused a command since the last call.</summary>
    public bool TakeQuotaRefusal() => Interlocked.Exchange(ref _quotaRefused, false);

    /// <summary>Tells that the log refused an entry.</summary>
    public void LogIsFull(string reason) => Become(reason);

    /// <summary>Looks again.</summary>
    public void Refresh()
    {
        var (free, total) = _disk.Measure();
        Volatile.Write(ref _freeBytes, free);
        var low = Math.Min(LowBytes, total / 50);

        // Once short, it takes twice as much to count as healed, so that it does not flap.
        var limit = OwnShortage is null ? low : 2 * low;
        Become(_raft.Status.SpaceShortage
            ?? (free < limit ? $"the disk has {free} bytes free, fewer than {limit}" : null));
    }

    /// <summary>Why a command can't be taken now; null where it can.</summary>
    public string? Refuses(Command command, ReplicatedState state, Leadership leadership)
    {
        if (OwnShortage is { } own && leadership.IsSelf)
        {
            return SpaceRule.Grows(command) ? $"the leader's disk is full: {own}" : null;
        }

        if (Quota.Refuses(command, state) is { } passed)
        {
            Volatile.Write(ref _quotaRefused, true);
            return passed;
        }

        if (state.Alarms.IsEmpty || !SpaceRule.Grows(command))
        {
            return null;
        }

        if (state.Alarms.Contains((leadership.Leader, AlarmKind.NoSpace)))
        {
            return "the leader's disk is full, or the state's quota is passed: free space, delete keys and compact";
        }

        var voters = _raft.Status.Voters;
        var full = voters.Count(voter => state.Alarms.Contains((voter, AlarmKind.NoSpace)));
        return full > 0 && voters.Length - full < (voters.Length / 2) + 1
            ? $"{full} of {voters.Length} members have no space: free some on their disks, delete keys and compact"
            : null;
    }

    private void Become(string? shortage)
    {
        var before = Interlocked.Exchange(ref _shortage, shortage);
        if (before is null && shortage is not null)
        {
            ProposalLog.NoSpace(_logger, _self, shortage);
        }
        else if (before is not null && shortage is null)
        {
            ProposalLog.SpaceIsBack(_logger, _self, FreeBytes);
        }
    }
}
