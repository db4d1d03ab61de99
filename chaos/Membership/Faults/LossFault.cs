using StateServer.Chaos.Faults;
using StateServer.Protos.Operator;

namespace StateServer.Chaos.Membership.Faults;

/// <summary>Members are killed for good.</summary>
/// <param name="leader">Whether the leader is among them.</param>
/// <param name="followers">How many followers are.</param>
internal sealed class LossFault(bool leader, int followers) : IMembershipFault
{
    public string Name => (leader, followers) switch
    {
        (true, 0) => "lose-leader",
        (false, 1) => "lose-follower",
        _ => "lose-two",
    };

    public string Description => $"kill -9 for good of {(leader ? "the leader" : "")}{(leader && followers > 0 ? " and " : "")}{(followers > 0 ? "a follower" : "")}";

    public int LeastMembers => leader && followers > 0 ? 5 : 3;

    public async Task<FaultEffect> RunAsync(MembershipContext context, CancellationToken cancellationToken)
    {
        if (await context.MayLoseAsync(followers + (leader ? 1 : 0), cancellationToken) is not { } answer)
        {
            return new FaultEffect(false, "so many were never to be missed");
        }

        Member?[] chosen = [leader ? context.Choose(answer.Members, leads: true) : null, followers > 0 ? context.Choose(answer.Members, leads: false) : null];
        Member[] victims = [.. chosen.OfType<Member>()];
        bool[] gone = await Task.WhenAll(victims.Select(context.KillAsync));
        return new FaultEffect(gone.Length > 0 && gone.All(one => one), string.Join(' ', victims.Select(victim => victim.Name)));
    }
}
