using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>Leadership moved back and forth by request, without harm to any process.</summary>
internal sealed class LeadershipFault : IFault
{
    private const int Moves = 4;

    public string Name => "move-leader";

    public string Description => $"leadership handed to a random follower, {Moves} times";

    public FaultLayer Layer => FaultLayer.Leadership;

    public string? Unavailable => null;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        var done = new List<string>();
        for (int i = 0; i < Moves && !cancellationToken.IsCancellationRequested; i++)
        {
            if (await context.Observer.FindLeaderAsync(cancellationToken) is { } leader)
            {
                MemberProcess[] others = [.. context.Cluster.Members.Where(m => m != leader)];
                MemberProcess target = others[context.Random.Next(others.Length)];
                string? refused = await context.Observer.MoveLeaderAsync(leader, target, cancellationToken);
                if (refused is null && await context.Observer.FindLeaderAsync(cancellationToken) != leader)
                {
                    done.Add($"{leader.Name}>{target.Name}");
                }
            }

            await FaultContext.HoldAsync(context.Between(0.1, 1.5), cancellationToken);
        }

        return new FaultEffect(done.Count > 0, string.Join(' ', done));
    }
}
