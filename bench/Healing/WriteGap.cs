using System.Diagnostics;
using StateServer.Bench.Load;
using StateServer.Bench.Report;
using StateServer.Bench.Targets;
using StateServer.Bench.Workloads;

namespace StateServer.Bench.Healing;

/// <summary>What a steady load of puts sees of an event: first it goes on alone for a while, to compare with.</summary>
internal sealed class WriteGap : IAsyncDisposable
{
    /// <summary>Four hundred puts to compare with.</summary>
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(2);

    /// <summary>What comes behind the end of an event still counts: a gap must be closed to be seen.</summary>
    private static readonly TimeSpan Behind = TimeSpan.FromMilliseconds(500);

    /// <summary>A change of leader is seen late by a look and a follower's delay.</summary>
    private static readonly TimeSpan BeforeSeen = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BehindSeen = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(30);

    private readonly string _prefix;
    private readonly PacedWriter _writer;
    private readonly long _began = Stopwatch.GetTimestamp();
    private long _until;

    private WriteGap(IReadOnlyList<string> endpoints, string prefix)
    {
        _prefix = prefix;
        _writer = new PacedWriter(endpoints, prefix);
    }

    /// <summary>When the event began, in ticks of <see cref="Stopwatch"/>.</summary>
    public long Since { get; private set; }

    /// <summary>Puts to these members, under the prefix, until the load has gone on for a while.</summary>
    public static async Task<WriteGap> BeginAsync(IReadOnlyList<string> endpoints, string prefix, CancellationToken cancellationToken)
    {
        WriteGap gap = new(endpoints, prefix);
        try
        {
            await Task.Delay(Before, cancellationToken);
            return gap;
        }
        catch
        {
            await gap.DisposeAsync();
            throw;
        }
    }

    /// <summary>The event begins now.</summary>
    public void Open() => Since = Stopwatch.GetTimestamp();

    /// <summary>Waits for the first acknowledgement of a put that was sent after the event began; then that is over.</summary>
    /// <exception cref="TargetFailedException">None came within half a minute.</exception>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        long waiting = Stopwatch.GetTimestamp();
        while (_writer.Answers.FirstAnswerAfter(Since) is null)
        {
            if (Stopwatch.GetElapsedTime(waiting) > RecoveryLimit)
            {
                throw new TargetFailedException($"no write was acknowledged within {RecoveryLimit.TotalSeconds:F0} s: {_writer.LastFailure}");
            }
            await Task.Delay(20, cancellationToken);
        }
        _until = Stopwatch.GetTimestamp();
    }

    /// <summary>
    /// Ends the load. The figures: the longest time without an acknowledgement while the event lasted; the p99 of the puts that
    /// were sent before it, and while it lasted.
    /// </summary>
    public async Task<IReadOnlyList<Figure>> EndAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Behind, cancellationToken);
        await _writer.StopAsync();
        Acknowledgements answers = _writer.Answers;
        return
        [
            new Figure("longest gap", "ms", answers.LongestGap(Since, _until).TotalMilliseconds),
            new Figure("p99 before", "ms", LatencySamples.Milliseconds(answers.Latencies(_began, Since), 0.99)),
            new Figure("p99 meanwhile", "ms", LatencySamples.Milliseconds(answers.Latencies(Since, _until), 0.99)),
            new Figure("unacknowledged", "puts", _writer.Unknown),
        ];
    }

    /// <summary>
    /// The same where a member was lost, and besides: the time from the loss to the first acknowledgement of a put sent after it, and the p99 of the
    /// puts sent from then on.
    /// </summary>
    public async Task<IReadOnlyList<Figure>> EndLossAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Figure> seen = await EndAsync(cancellationToken);
        long next = _writer.Answers.FirstAnswerAfter(Since)!.Value;
        return
        [
            new Figure("next write", "ms", Stopwatch.GetElapsedTime(Since, next).TotalMilliseconds),
            .. seen,
            new Figure("p99 from next write on", "ms", LatencySamples.Milliseconds(_writer.Answers.Latencies(next, _until), 0.99)),
        ];
    }

    /// <summary>The longest time without an acknowledgement that a change of leader can have caused; once the load has ended.</summary>
    /// <param name="seen">When it was seen, from the beginning of the event on.</param>
    public Figure AtHandOver(TimeSpan seen) => new(
        "gap at the hand-over", "ms", _writer.Answers.LongestGap(After(seen - BeforeSeen), After(seen + BehindSeen)).TotalMilliseconds);

    /// <summary>Fails unless all that was acknowledged is there. The first member of the cluster answers.</summary>
    public Task VerifyAsync(TargetCluster cluster, CancellationToken cancellationToken) =>
        Contents.VerifyCountAsync(cluster, _prefix, _writer.Acknowledged, _writer.Unknown, cancellationToken);

    private long After(TimeSpan sinceEvent) => Since + (long)(sinceEvent.TotalSeconds * Stopwatch.Frequency);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _writer.DisposeAsync();
}
