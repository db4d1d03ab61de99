using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using StateServer.Bench.Load;
using StateServer.Bench.Targets;
using StateServer.Protos.Operator;

namespace StateServer.Bench.Healing;

/// <summary>
/// Looks at a cluster every 20 ms until it is whole again: at what one of its members has applied, so that nobody waits for a
/// leader. The times are late by 20 ms and the follower's delay at most.
/// </summary>
/// <param name="endpoints">Of members that stay; whoever answers is asked again.</param>
internal sealed class HealingWatch(IReadOnlyList<string> endpoints) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(1);

    private readonly GrpcChannel[] _channels = [.. endpoints.Select(Connections.Open)];
    private int _asked;

    /// <summary>Waits until it is whole.</summary>
    /// <param name="progress">Is told each look.</param>
    /// <param name="since">The loss, in ticks of <see cref="Stopwatch"/>.</param>
    /// <param name="limit">From the loss on.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <exception cref="TargetFailedException">It isn't within the limit.</exception>
    public async Task WaitUntilWholeAsync(HealingProgress progress, long since, TimeSpan limit, CancellationToken cancellationToken)
    {
        while (progress.Whole is null)
        {
            if (await LookAsync(cancellationToken) is { } seen)
            {
                progress.Note(Stopwatch.GetElapsedTime(since), seen);
            }
            if (progress.Whole is null && Stopwatch.GetElapsedTime(since) > limit)
            {
                throw new TargetFailedException($"it isn't whole {limit.TotalSeconds:F0} s after the loss: {progress.LastSeen}");
            }
            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_channels, channel => channel.Dispose());

    /// <summary>Null where the member that was asked doesn't answer: the next one is asked then.</summary>
    private async Task<ListMembersResponse?> LookAsync(CancellationToken cancellationToken)
    {
        GrpcChannel channel = _channels[_asked % _channels.Length];
        try
        {
            return await new Membership.MembershipClient(channel).ListMembersAsync(
                new ListMembersRequest { Serializable = true },
                deadline: TimeProvider.System.GetUtcNow().UtcDateTime + CallLimit,
                cancellationToken: cancellationToken);
        }
        catch (RpcException) when (!cancellationToken.IsCancellationRequested)
        {
            _asked++;
            return null;
        }
    }
}
