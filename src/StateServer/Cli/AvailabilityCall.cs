using StateServer.Client;
using StateServer.Options;
using StateServer.Protos.Operator;

namespace StateServer.Cli;

/// <summary>Says how many state servers there are to be, and follows until they vote.</summary>
internal static class AvailabilityCall
{
    /// <summary>Tells each new state of things on standard error, and the warnings at the end.</summary>
    /// <param name="client">Asks.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="wait">How long to follow.</param>
    /// <param name="error">Where progress goes.</param>
    /// <param name="cancellationToken">Ends the wait; the cluster goes on.</param>
    /// <returns>The last state of things.</returns>
    /// <exception cref="VerbFailedException">It isn't done in time, or the wait was interrupted.</exception>
    public static async Task<AvailabilityProgress> FollowAsync(
        StateServerClient client, EnsureAvailabilityRequest request, TimeSpan wait, TextWriter error, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(wait);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        AvailabilityProgress? last = null;
        var pace = new ProgressPace(TimeProvider.System);
        try
        {
            await foreach (AvailabilityProgress progress in client.EnsureAvailabilityAsync(request, end.Token))
            {
                last = progress;
                if (!progress.Done && !request.DryRun && AvailabilityText.Progress(progress) is var line && pace.IsNews(line))
                {
                    await error.WriteLineAsync(line);
                }

                if (progress.Done)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            throw Unfinished(last, wait, cancellationToken.IsCancellationRequested);
        }

        foreach (string warning in last?.Warnings ?? [])
        {
            await error.WriteLineAsync($"warning: {warning}");
        }

        return last ?? throw new VerbFailedException(ExitCode.Failed, "the cluster did not answer; ask again");
    }

    private static VerbFailedException Unfinished(AvailabilityProgress? last, TimeSpan wait, bool isInterrupted)
    {
        string how = isInterrupted ? "interrupted" : $"not done within {Duration.Format(wait)}";
        int exitCode = isInterrupted ? ExitCode.Interrupted : ExitCode.Failed;
        return last is null
            ? new VerbFailedException(exitCode, $"{how}, and whether the cluster was told is not known; 'stateserver member list' shows how many are wanted")
            : new VerbFailedException(
                exitCode,
                $"{how}: {AvailabilityText.Progress(last)}",
                "the cluster goes on with it by itself; 'stateserver member list' shows how far it is");
    }
}
