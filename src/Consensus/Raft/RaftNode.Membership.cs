using System.Collections.Immutable;
using Grpc.Core;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <content>Who belongs to the cluster: the roster, learners, the voters' changes, and the end of a removed member.</content>
internal sealed partial class RaftNode
{
    private MemberRoster _roster = MemberRoster.Empty;
    private string? _refusal;

    /// <inheritdoc/>
    public Func<JoiningMember, CancellationToken, ValueTask<string?>>? Admit { get; set; }

    /// <inheritdoc/>
    public Task<string> Removal => _retirement.Completion;

    /// <summary>The members that this one knows, itself among them, and where they are reached.</summary>
    public IEnumerable<(NodeId Id, string Address)> KnownMembers =>
        KnownIds.Distinct()
            .Select(id => (Id: id, Address: id == _options.Id ? _options.PeerAddress : Channels.AddressOf(id)))
            .Where(member => member.Address is not null)
            .Select(member => (member.Id, member.Address!));

    private IEnumerable<NodeId> KnownIds
    {
        get
        {
            var roster = Volatile.Read(ref _roster);
            var voters = Volatile.Read(ref _parts) is { } parts ? parts.Log.Configuration.Voters : [];
            return voters
                .Concat(roster.Members.Select(member => member.Id))
                .Concat(_options.InitialMembers.Select(member => member.Id))
                .Append(_options.Id)
                .Where(id => !_folder.Pins.IsRemoved(id));
        }
    }

    /// <inheritdoc/>
    public void Follow(MemberRoster roster)
    {
        Volatile.Write(ref _roster, roster);
        Guard.Forget(_folder.Pins.TellRemoved(roster.Removed));
        Guard.Know(roster.Members.Select(member => member.Id).Where(id => !_folder.Pins.IsRemoved(id)));
        foreach (var member in roster.Members)
        {
            _folder.Pins.Tell(member.Id, member.Folder);
            Channels.Announce(member.Id, member.PeerAddress);
        }

        if (Volatile.Read(ref _parts) is { } parts)
        {
            parts.Learners.Roster = roster;
            parts.PinWriter.Look();
        }

#if !PLANTED_OutliveRemoval
        if (_folder.Pins.IsRemoved(_options.Id))
        {
            _retirement.Begin("the cluster's log says so");
        }
#endif
    }

    /// <inheritdoc/>
    public async ValueTask<EntryPosition> PromoteAsync(NodeId learner, CancellationToken cancellationToken)
        => await Parts.Changes.PromoteAsync(learner, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<EntryPosition> RemoveVoterAsync(NodeId voter, CancellationToken cancellationToken)
        => await Parts.Changes.RemoveAsync(voter, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<EntryPosition> RestateVotersAsync(CancellationToken cancellationToken)
        => await Parts.Changes.RestateAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task GreetVotersAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Parts.Log.Configuration.Voters.Where(voter => voter != _options.Id).SelectMany(voter => (Task[])
        [
            GreetAsync(() => Channels.RaftInvoker(voter), cancellationToken),
            GreetAsync(() => Channels.Invoker(voter), cancellationToken),
        ]));

    /// <inheritdoc/>
    public Task RehearseElectionAsync(CancellationToken cancellationToken) => _rehearsal.EnsureAsync(cancellationToken);

    private async Task GreetAsync(Func<CallInvoker> way, CancellationToken cancellationToken)
    {
        try
        {
            using var greeting = new Protos.Peer.Raft.RaftClient(way()).GetMetadataAsync(
                new(), deadline: (_time.GetUtcNow() + _options.ElectionTimeoutLow).UtcDateTime, cancellationToken: cancellationToken);
            await greeting.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>A call of this member was refused: by one that knows of its removal, of another folder, or of another cluster.</summary>
    private void OnRefused(NodeId peer, PeerRefusalReason reason, string message)
    {
#if PLANTED_OutliveRemoval
        if (reason == PeerRefusalReason.Removed)
        {
            return;
        }
#endif
        if (reason == PeerRefusalReason.Removed)
        {
            _retirement.Begin($"{(peer.IsNone ? "a member" : $"member {peer}")} says: {message}");
        }
        else if (reason == PeerRefusalReason.OtherFolder)
        {
            Volatile.Write(ref _refusal, message);
        }
    }

    /// <summary>Why a started member takes no part: it was removed, hangs, is not told of its cluster yet, or its folder is refused.</summary>
    private string? Trouble(RaftParts parts)
    {
        if (Volatile.Read(ref _fault) is { } fault)
        {
            return fault;
        }

        if (_retirement.Reason is { } reason)
        {
            return $"removed from the cluster: {reason}";
        }

        if (parts.LibraryTrouble is { } trouble)
        {
            return trouble;
        }

        if (!parts.Log.Configuration.Voters.IsEmpty)
        {
            return Volatile.Read(ref _refusal) is { } refusal && parts.Cluster.CurrentLeader.IsNone ? refusal : null;
        }

        return $"joining, and not told of the cluster yet: {parts.Announced ?? "waiting for the leader"}";
    }

    /// <summary>
    /// An array of objects, put together by a loop: collections and queries over our value types are compiled at their first use, and
    /// that is while this member becomes the leader, and no write is taken.
    /// </summary>
    private ImmutableArray<PeerProgress> ProgressOf(ImmutableArray<NodeId> voters, RaftParts parts)
    {
        var progress = ImmutableArray.CreateBuilder<PeerProgress>(voters.Length);
        foreach (var voter in voters)
        {
            if (voter != _options.Id)
            {
                progress.Add(new(voter, parts.Log.DurableOf(voter), parts.Cluster.LastContact(voter)));
            }
        }

        return progress.ToImmutable();
    }
}
