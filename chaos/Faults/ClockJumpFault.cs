using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>Wall clocks jump by up to an hour, forwards or backwards, and back.</summary>
internal sealed class ClockJumpFault(FaultTarget target) : IFault
{
    private static readonly TimeSpan NoticeLimit = TimeSpan.FromSeconds(5);

    public string Name => $"clock-jump-{target.Word()}";

    public string Description => $"the wall clock of {target.Phrase()} jumps by up to an hour and back; the monotonic one doesn't";

    public FaultLayer Layer => FaultLayer.Clock;

    public Surroundings Needs => Surroundings.FakeClock;

    public string? Unavailable => FakeClock.Unavailable;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<MemberProcess> victims = await context.ChooseAsync(target, cancellationToken);
        TimeSpan[] jumps = [.. victims.Select(_ => TimeSpan.FromMinutes((context.Random.Next(2) == 0 ? 1 : -1) * context.Random.Next(2, 61)))];
        TimeSpan held = context.Between(1, 4);
        for (int i = 0; i < victims.Count; i++)
        {
            FakeClock.Set(victims[i], jumps[i]);
        }

        bool[] noticed = await Task.WhenAll(victims.Zip(jumps, (v, jump) => WaitAsync(v, jump, cancellationToken)));
        await FaultContext.HoldAsync(held, cancellationToken);
        foreach (MemberProcess victim in victims)
        {
            FakeClock.Set(victim, TimeSpan.Zero);
        }

        await Task.WhenAll(victims.Select(v => WaitAsync(v, TimeSpan.Zero, cancellationToken)));
        return new FaultEffect(noticed.Any(n => n), string.Join(' ', victims.Zip(jumps, (v, jump) => $"{v.Name} by {jump.TotalMinutes:+0;-0} min")));
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
