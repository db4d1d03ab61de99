using StateServer.Domain.Identity;

namespace StateServer.Consensus.Membership;

/// <summary>What the initial member list of a new cluster must be.</summary>
internal static class InitialMembersRule
{
    /// <summary>Makes the first configuration of the list.</summary>
    /// <exception cref="InitialMembersException">The list is even, too large, has duplicates, or lacks this member.</exception>
    public static ClusterConfiguration Configure(IReadOnlyCollection<InitialMember> members, NodeId self)
    {
        if (members.Count is not (1 or 3 or 5 or 7))
        {
            throw new InitialMembersException($"a new cluster has 1, 3, 5 or 7 members, not {members.Count}");
        }

        Refuse(members.Where(member => member.Id.IsNone).Select(member => member.Name), "has no id");
        Refuse(Repeated(members, member => member.Id.ToString()), "is the id of two members");
        Refuse(Repeated(members, member => member.Name), "is the name of two members");
        Refuse(Repeated(members, member => member.PeerAddress), "is the peer address of two members");
        Refuse(members.Where(member => !PeerAddress.IsValid(member.PeerAddress)).Select(member => member.PeerAddress), "is no peer address; host:port is");
        if (members.All(member => member.Id != self))
        {
            throw new InitialMembersException($"this member, {self}, is not among the initial members");
        }

        return new(members.Select(member => new ConfigurationMember(member.Id, member.Name, member.PeerAddress)));
    }

    private static IEnumerable<string> Repeated(IEnumerable<InitialMember> members, Func<InitialMember, string> value)
        => members.GroupBy(value).Where(group => group.Count() > 1).Select(group => group.Key);

    private static void Refuse(IEnumerable<string> wrong, string why)
    {
        if (wrong.FirstOrDefault() is { } first)
        {
            throw new InitialMembersException($"in the initial member list, {first} {why}");
        }
    }
}
