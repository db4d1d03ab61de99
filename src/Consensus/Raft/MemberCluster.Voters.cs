using StateServer.Consensus.Log;
using StateServer.Consensus.Membership;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <content>Who votes: the newest configuration of the log, in force in the library.</content>
internal sealed partial class MemberCluster
{
    private readonly SemaphoreSlim _changes = new(1, 1);
    private ClusterConfiguration? _inForce;

    /// <summary>
    /// Somebody whom the library knows, to stand for a candidate whom it may not know and would refuse. Not always this member: one
    /// that was given a vote, and does not know it yet, votes all the same, or nobody might be elected.
    /// </summary>
    private NodeId KnownToLibrary =>
        Volatile.Read(ref _inForce) is { Voters: [var first, ..] } voters && !voters.Contains(_self) ? first : _self;

    /// <summary>
    /// Changes the voters by one: a barrier of this term is committed first (Raft dissertation, §4.1), then the newest
    /// configuration in the log is read, and the next one is in force in the same step as its append.
    /// </summary>
    /// <exception cref="NotLeadingException">This member does not lead (any more).</exception>
    /// <exception cref="RefusedChangeException">More than one voter would change, or the leader itself would go.</exception>
    internal async Task<EntryPosition> ChangeAsync(
        Func<ClusterConfiguration, ClusterConfiguration> change, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var term = _log.Leadership.Term;
            var barrier = _log.Append(term, RecordKind.Barrier, default);
            AppendedRound?.Invoke();
            await AuditTrail.WaitForApplyAsync(barrier.Index, cancellationToken).ConfigureAwait(false);
            EntryPosition position;
            var scope = await ChangeConfigurationAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var next = change(_log.Configuration);
                if (!next.IsOneStepFrom(_log.Configuration) || !next.Contains(_self))
                {
                    throw new RefusedChangeException(
                        $"the voters can't change from {_log.Configuration} to {next} at once: one at a time, and never the leader itself");
                }

                position = _log.Append(term, RecordKind.Configuration, next.Encode());
                _inForce = Mark(scope);
            }
            finally
            {
                await scope.DisposeAsync().ConfigureAwait(false);
            }

            AppendedRound?.Invoke();
            return position;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Called after this class itself appended: sync it and send it out.</summary>
    public Action? AppendedRound { get; set; }

    /// <summary>
    /// Puts the newest configuration of the log in force in the library, outside of its handlers, which hold the lock that this
    /// takes, and before what brought it is acknowledged. It reverts a truncated one, too.
    /// </summary>
    public async ValueTask FollowConfigurationAsync(CancellationToken token)
    {
        while (!ReferenceEquals(Volatile.Read(ref _inForce), _log.Configuration))
        {
            var scope = await ChangeConfigurationAsync(token).ConfigureAwait(false);
            try
            {
                Volatile.Write(ref _inForce, Mark(scope));
            }
            finally
            {
                await scope.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes the lock under which the library handles messages and changes its state, and gives it back: ends once it could be had.</summary>
    public async Task TakeTurnAsync()
    {
        var scope = await ChangeConfigurationAsync(CancellationToken.None).ConfigureAwait(false);
        await scope.DisposeAsync().ConfigureAwait(false);
    }

    private ClusterConfiguration Mark(in ConfigurationChangeScope scope)
    {
        var target = _log.Configuration;
        foreach (var peer in scope.Members.Values)
        {
            if (!target.Contains(peer.Member.Id))
            {
                scope.MarkAsRemoved(peer);
                _contacts.TryRemove(peer.Member.Id, out _);
            }
        }

        foreach (var member in target.Members)
        {
            if (!scope.Members.ContainsKey(MemberIds.Of(member.Id)))
            {
                scope.MarkAsAdded(_makePeer(member, this));
            }
        }

        return target;
    }
}
