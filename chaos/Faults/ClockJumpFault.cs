using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>One member's wall clock jumps by up to an hour, and back.</summary>
internal sealed class ClockJumpFault : IFault
{
    private static readonly TimeSpan NoticeLimit = TimeSpan.FromSeconds(5);

    public string Name => "clock-jump";

    public string Description => "a member's wall clock jumps by up to an hour and back; its monotonic clock doesn't";

    public Surroundings Needs => Surroundings.FakeClock;

    public string? Unavailable => FakeClock.Unavailable;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        MemberProcess victim = (await context.ChooseAsync(
            context.Random.Next(2) == 0 ? FaultTarget.Leader : FaultTarget.Follower, cancellationToken))[0];
        TimeSpan jump = TimeSpan.FromMinutes((context.Random.Next(2) == 0 ? 1 : -1) * context.Random.Next(2, 61));
        FakeClock.Set(victim, jump);
        bool noticed = await WaitAsync(victim, jump, cancellationToken);
        await Task.Delay(context.Between(1, 4), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        FakeClock.Set(victim, TimeSpan.Zero);
        await WaitAsync(victim, TimeSpan.Zero, cancellationToken);
        return new FaultEffect(noticed, $"{victim.Name} by {jump.TotalMinutes:+0;-0} min");
    }

    /// <summary>The member's own clock is seen in the Date header of its health page.</summary>
    private static async Task<bool> WaitAsync(MemberProcess member, TimeSpan offset, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(NoticeLimit);
        while (!limit.IsCancellationRequested)
        {
            try
            {
                using HttpResponseMessage answer = await http.GetAsync(new Uri($"http://{member.Host}:{member.HttpPort}/livez"), limit.Token);
                DateTimeOffset expected = TimeProvider.System.GetUtcNow() + offset;
                if (answer.Headers.Date is { } date && (date - expected).Duration() < TimeSpan.FromSeconds(30))
                {
                    return true;
                }
            }
            catch (Exception unreachable) when (unreachable is HttpRequestException or OperationCanceledException)
            {
                // Asked again until the limit.
            }

            await Task.Delay(200, CancellationToken.None);
        }

        return false;
    }
}
