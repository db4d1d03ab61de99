using StateServer.Consensus.Membership;
using StateServer.Consensus.Raft;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Raft;

/// <summary>
/// Stands for the replicated state of a <see cref="TestCluster"/>, as far as it says who belongs to it: every change reaches every
/// member that entered. Thread-safe.
/// </summary>
internal sealed class TestRoster(IEnumerable<InitialMember> initial)
{
    private readonly Lock _lock = new();
    private readonly List<RaftNode> _nodes = [];
    private MemberRoster _roster = new([.. initial.Select(member => new RosterMember(member.Id, member.Name, member.PeerAddress, default))], []);

    public MemberRoster Current
    {
        get
        {
            lock (_lock)
            {
                return _roster;
            }
        }
    }

    /// <summary>Why admissions are refused; null while they are not.</summary>
    public string? RefusesAdmissions { get; set; }

    /// <summary>A member that is told from now on.</summary>
    public void Enter(RaftNode node)
    {
        node.Admit = (joining, _) =>
        {
            if (RefusesAdmissions is null)
            {
                Change(roster => With(roster, joining.Id, member => member with { Folder = joining.Folder, PeerAddress = joining.PeerAddress }));
            }

            return new(RefusesAdmissions);
        };
        lock (_lock)
        {
            _nodes.Add(node);
        }

        Change(roster => roster);
    }

    /// <summary>A member may join.</summary>
    public void Expect(InitialMember member) => Change(roster => roster with
    {
        Members = roster.Members.Add(new(member.Id, member.Name, "", default)),
    });

    /// <summary>A member's id is bound to its folder, where it isn't yet.</summary>
    public void Bind(MemberIdentity identity)
        => Change(roster => With(roster, identity.Id, member => member.Folder.IsNone ? member with { Folder = identity.Folder } : member));

    /// <summary>A member was removed.</summary>
    public void Remove(NodeId id) => Change(roster => new(roster.Members.RemoveAll(member => member.Id == id), roster.Removed.Add(id)));

    /// <summary>A member is no longer told, as one that is cut off.</summary>
    public void Leave(RaftNode node)
    {
        lock (_lock)
        {
            _nodes.Remove(node);
        }
    }

    private static MemberRoster With(MemberRoster roster, NodeId id, Func<RosterMember, RosterMember> change)
        => roster with { Members = [.. roster.Members.Select(member => member.Id == id ? change(member) : member)] };

    private void Change(Func<MemberRoster, MemberRoster> change)
    {
        lock (_lock)
        {
            _roster = change(_roster);
            foreach (var node in _nodes)
            {
                node.Follow(_roster);
            }
        }
    }
}
