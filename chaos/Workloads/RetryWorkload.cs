using System.Collections.Concurrent;
using System.Globalization;
using Grpc.Core;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;
using StateServer.Protos.Client;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>
/// Writes under request ids, each to a key of its own, repeated through other members until it is answered: the key's version
/// counts the executions, so an acknowledged write has version 1, and none has more.
/// </summary>
internal sealed class RetryWorkload : IWorkload
{
    private const int MostTries = 30;

    /// <summary>One in so many acknowledged writes is sent once more, later and to another member, as by a client that missed the answer.</summary>
    private const int RepeatedEvery = 10;

    private readonly ConcurrentDictionary<string, OperationStatus> _written = new();
    private long _repeated;

    public string Name => "retry";

    public string Description => "writes with request ids repeated through other members: executed exactly once, or refused as unknown";

    public Task RunAsync(WorkloadContext context, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, context.Clients).Select(process => ClientAsync(context, process, cancellationToken)));

    public async Task<IReadOnlyList<Verdict>> JudgeAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        using var client = new MemberClient(context, 0);
        (_, RangeResponse? all) = await client.PrefixAsync("retry/");
        if (all is null)
        {
            throw new FinalReadFailedException($"the final read of the retried keys failed: {client.LastFailure}");
        }

        return [RetryChecker.Check(_written, all.Kvs.ToDictionary(kv => kv.Key.ToStringUtf8(), kv => kv.Version), _repeated)];
    }

    private async Task ClientAsync(WorkloadContext context, int process, CancellationToken cancellationToken)
    {
        var random = new Random(HashCode.Combine(context.Seed, process, 13));
        using var client = new MemberClient(context, process);
        long session = 0;
        long sequence = 0;
        for (int write = 0; !cancellationToken.IsCancellationRequested; write++)
        {
            if (session == 0)
            {
                (_, OpenSessionResponse? opened) = await client.OpenSessionAsync();
                (session, sequence) = (opened?.Session ?? 0, 0);
            }
            else
            {
                string key = string.Create(CultureInfo.InvariantCulture, $"retry/{process}/{write}");
                _written[key] = OperationStatus.Unknown;
                _written[key] = await WriteAsync(client, key, session, ++sequence, context);
                if (_written[key] == OperationStatus.Ok && random.Next(RepeatedEvery) == 0)
                {
                    await RepeatAsync(client, key, session, sequence, context, random, cancellationToken);
                }

                // An unanswered write ends the session: its number must stay the lowest unanswered one.
                session = _written[key] == OperationStatus.Ok ? session : 0;
            }

            await context.PaceAsync(cancellationToken);
        }
    }

    /// <summary>Long enough, sometimes, for a fault and a new leader between the two.</summary>
    private async Task RepeatAsync(
        MemberClient client, string key, long session, long sequence, WorkloadContext context, Random random, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(6 * Math.Pow(random.NextDouble(), 4)), cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        client.MoveOn();
        Interlocked.Increment(ref _repeated);
        await WriteAsync(client, key, session, sequence, context);
    }

    private async Task<OperationStatus> WriteAsync(MemberClient client, string key, long session, long sequence, WorkloadContext context)
    {
        var headers = new Metadata
        {
            { "stateserver-session", session.ToString(CultureInfo.InvariantCulture) },
            { "stateserver-sequence", sequence.ToString(CultureInfo.InvariantCulture) },
            { "stateserver-lowest-unanswered", sequence.ToString(CultureInfo.InvariantCulture) },
        };
        for (int attempt = 0; attempt < MostTries; attempt++)
        {
            (OperationStatus status, _) = await client.PutAsync(key, "x", headers);
            if (status == OperationStatus.Ok)
            {
                return status;
            }

            if (client.LastFailure.StatusCode == StatusCode.Aborted)
            {
                return OperationStatus.Unknown;
            }

            Interlocked.Increment(ref _repeated);
            await context.PaceAsync(CancellationToken.None);
        }

        return OperationStatus.Unknown;
    }
}
