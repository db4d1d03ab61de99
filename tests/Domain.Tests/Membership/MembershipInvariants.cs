using StateServer.Domain.Apply;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Membership;
using StateServer.Domain.Tests.Model;

namespace StateServer.Domain.Tests.Membership;

/// <summary>What holds of the membership after any command.</summary>
internal static class MembershipInvariants
{
    public static void Check(ReplicatedState state)
    {
        ModelInvariants.Check(state);
        var membership = state.Membership;
        if (state.FeatureLevel < MembershipCommand.FirstFeatureLevel)
        {
            Assert.Same(MembershipState.Empty, membership);
            return;
        }

        Assert.Contains(membership.Target, (int[])[0, 1, 3, 5, 7]);
        Assert.Empty(membership.Tombstones.Intersect(state.Members.Keys));
        Assert.Empty(membership.Tombstones.Intersect(membership.Standings.Keys));
        Assert.Empty(membership.Tombstones.Intersect(membership.Voters));
        Assert.Equal(
            state.Members.Keys.Union(membership.Standings.Keys).Count(),
            state.Members.Values.Select(member => (member.Id, member.Name))
                .Union(membership.Standings.Values.Select(standing => (standing.Id, standing.Name)))
                .Select(pair => pair.Name).Distinct().Count());
        Assert.InRange(membership.Replacements.Length, 0, MembershipLimits.MostReplacements);
        CheckStandings(state);
        CheckOperation(state);
    }

    private static void CheckStandings(ReplicatedState state)
    {
        var membership = state.Membership;
        foreach (var standing in membership.Standings.Values)
        {
            Assert.NotNull(MemberPhases.Of(state, standing.Id, isSilent: false));
            Assert.True(standing.Mark != MemberMark.Requested || !membership.Voters.Contains(standing.Id), $"{standing.Name} votes and is requested");
            if (standing.Replaces is { } old)
            {
                Assert.True(
                    !membership.Voters.Contains(standing.Id) || !membership.Voters.Contains(old) || membership.Operation is not null,
                    $"{standing.Name} votes at rest, and so does the member that it replaces");
                Assert.True(state.Members.ContainsKey(old) || membership.Standings.ContainsKey(old), $"{standing.Name} replaces nobody");
            }
        }

        Assert.All(
            membership.Standings.Values.Where(one => one.Replaces is not null && one.Mark is MemberMark.Requested or MemberMark.Member)
                .GroupBy(one => one.Replaces),
            group => Assert.True(group.Key is null || group.Count() == 1, $"{group.Key} is replaced twice"));
    }

    private static void CheckOperation(ReplicatedState state)
    {
        var membership = state.Membership;
        if (membership.Operation is not { } operation)
        {
            return;
        }

        Assert.Equal(membership.LastOperation, operation.Id);
        Assert.NotEqual(0, membership.ShortSinceMilliseconds);
        Assert.All(operation.Promote.Concat(operation.Remove), node => Assert.Contains(node, state.Members.Keys));
    }
}
