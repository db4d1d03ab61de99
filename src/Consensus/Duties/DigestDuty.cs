using Microsoft.Extensions.Logging;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Transport;
using StateServer.Domain.Alarms;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Protos.Replica;

namespace StateServer.Consensus.Duties;

/// <summary>
/// On the leader: collects the members' digests, raises CORRUPT for who differs from a majority, hands over where that is the
/// leader itself, and tells each what the comparison gave.
/// </summary>
internal sealed class DigestDuty
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(2);

    private readonly NodeId _self;
    private readonly DigestRing _ring;
    private readonly Standing _standing;
    private readonly IRaftNode _raft;
    private readonly Applier _applier;
    private readonly LeadershipWatch _leadership;
    private readonly IReplicaPeers _peers;
    private readonly IInternalProposals _proposals;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Dictionary<NodeId, string> _said = [];
    private string? _lastUndecided;

    /// <summary>Makes it.</summary>
    public DigestDuty(
        NodeId self,
        DigestRing ring,
        Standing standing,
        IRaftNode raft,
        Applier applier,
        LeadershipWatch leadership,
        IReplicaPeers peers,
        IInternalProposals proposals,
        TimeProvider time,
        ILogger logger)
    {
        _self = self;
        _ring = ring;
        _standing = standing;
        _raft = raft;
        _applier = applier;
        _leadership = leadership;
        _peers = peers;
        _proposals = proposals;
        _time = time;
        _logger = logger;
    }

    /// <summary>Compares once.</summary>
    public async ValueTask PerformAsync(CancellationToken cancellationToken)
    {
        if (!_leadership.Current.IsSelf)
        {
            _said = [];
            return;
        }

        var voters = _raft.Status.Voters;
        var points = await CollectAsync(voters, cancellationToken).ConfigureAwait(false);
        var verdicts = DigestComparison.Compare(voters.Length, points);
        _said = verdicts.ToDictionary(verdict => verdict.Key, verdict => Say(verdict.Value.Verdict, verdict.Value.Index));
        _standing.Divergence = NullIfEmpty(_said.GetValueOrDefault(_self, ""));
        ReportUndecided(verdicts);
        foreach (var (member, (verdict, index)) in verdicts)
        {
            if (verdict == DigestVerdict.Minority)
            {
                await RaiseAsync(member, index, cancellationToken).ConfigureAwait(false);
            }
        }

        if (verdicts.TryGetValue(_self, out var own) && own.Verdict == DigestVerdict.Minority)
        {
            DutyLog.HandingOver(_logger, "its state differs from the majority's");
            await _raft.TransferLeadershipAsync(default, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static string Say(DigestVerdict verdict, long index) => verdict switch
    {
        DigestVerdict.Minority => $"corrupt: its state at index {index} differs from the majority's; replace this member",
        DigestVerdict.Undecided => $"members' states differ at index {index}, and no majority agrees which is right",
        _ => "",
    };

    private async Task<Dictionary<NodeId, IReadOnlyDictionary<long, ulong>>> CollectAsync(
        IEnumerable<NodeId> voters, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(AnswerTime, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        var answers = await Task.WhenAll(voters.Where(voter => voter != _self).Select(voter => AskAsync(voter, limit.Token)))
            .ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        var points = answers.Where(answer => answer.Points is not null).ToDictionary(answer => answer.Member, answer => answer.Points!);
        points[_self] = _ring.Points().ToDictionary(point => point.Index, point => point.Digest);
        return points;
    }

    private async Task<(NodeId Member, IReadOnlyDictionary<long, ulong>? Points)> AskAsync(NodeId member, CancellationToken cancellationToken)
    {
        try
        {
            var request = new DigestsRequest { Divergence = _said.GetValueOrDefault(member, "") };
            var reply = await _peers.CompareDigestsAsync(member, request, cancellationToken).ConfigureAwait(false);
            return (member, reply.Points.ToDictionary(point => point.Index, point => point.Digest));
        }
        catch (Exception e) when (e is PeerUnavailableException or OperationCanceledException)
        {
            return (member, null);
        }
    }

    private async ValueTask RaiseAsync(NodeId member, long index, CancellationToken cancellationToken)
    {
        if (!_applier.Point.State.Alarms.Contains((member, AlarmKind.Corrupt)))
        {
            DutyLog.Corrupt(_logger, member, index);
            await _proposals.ProposeAsync(new SetAlarmCommand(member, AlarmKind.Corrupt, true), cancellationToken).ConfigureAwait(false);
        }
    }

    private void ReportUndecided(IReadOnlyDictionary<NodeId, (DigestVerdict Verdict, long Index)> verdicts)
    {
        var undecided = verdicts.Where(verdict => verdict.Value.Verdict == DigestVerdict.Undecided).ToList();
        var members = string.Join(", ", undecided.Select(verdict => verdict.Key).Order());
        if (undecided.Count > 0 && members != _lastUndecided)
        {
            DutyLog.Undecided(_logger, undecided.Max(verdict => verdict.Value.Index), members);
        }

        _lastUndecided = undecided.Count > 0 ? members : null;
    }
}
