using StateServer.Consensus.Duties;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Raft;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Replica;

/// <summary>
/// Hands the members of the replicated state to the Raft core as it changes, and binds joining members' folders by the log. Called
/// by the applying thread; admissions come from any.
/// </summary>
internal sealed class RosterSource
{
    private readonly IRaftNode _raft;
    private readonly IInternalProposals _proposals;
    private readonly TimeProvider _time;
    private object? _members;
    private object? _standings;
    private object? _tombstones;

    /// <summary>Makes it, and takes admissions from now on.</summary>
    /// <param name="raft">The Raft core.</param>
    /// <param name="proposals">The way into the log.</param>
    /// <param name="time">The clock.</param>
    public RosterSource(IRaftNode raft, IInternalProposals proposals, TimeProvider time)
    {
        _time = time;
        _raft = raft;
        _proposals = proposals;
        raft.Admit = AdmitAsync;
    }

    /// <summary>Who belongs to the cluster by this state: those who were taken in, those who are expected and have no folder yet, and the tombstones.</summary>
    public static MemberRoster Of(ReplicatedState state) => new(
        [
            .. state.Members.Values.Select(member => new RosterMember(member.Id, member.Name, member.PeerAddress, member.Folder)),
            .. state.Membership.Standings.Values
                .Where(standing => standing.Mark == MemberMark.Requested && !state.Members.ContainsKey(standing.Id))
                .Select(standing => new RosterMember(standing.Id, standing.Name, "", default)),
        ],
#if PLANTED_ForgetTombstone
        []);
#else
        [.. state.Membership.Tombstones]);
#endif

    /// <summary>Looks at a new state.</summary>
    public void Observe(ReplicatedState state)
    {
        var membership = state.Membership;
        if (!ReferenceEquals(state.Members, _members)
            || !ReferenceEquals(membership.Standings, _standings)
            || !ReferenceEquals(membership.Tombstones, _tombstones))
        {
            _members = state.Members;
            _standings = membership.Standings;
            _tombstones = membership.Tombstones;
            _raft.Follow(Of(state));
        }
    }

    private async ValueTask<string?> AdmitAsync(JoiningMember member, CancellationToken cancellationToken)
    {
        if (Zone.TryParse(member.Zone, out var zone) is { } wrong)
        {
            return wrong;
        }

        var record = new MemberRecord(
            member.Id,
            member.Name,
            member.Folder,
            zone,
            member.PeerAddress,
            member.ClientUrls,
            member.HighestFeatureLevel,
            member.Version,
            _time.GetUtcNow());
        try
        {
            var outcome = await _proposals.ProposeAsync(new RegisterMemberCommand(record), cancellationToken).ConfigureAwait(false);
            return outcome is Rejection rejection ? rejection.Detail : null;
        }
        catch (Exception exception) when (exception is ProposalRefusedException or OutcomeUnknownException)
        {
            return $"not taken in yet: {exception.Message}";
        }
    }
}
