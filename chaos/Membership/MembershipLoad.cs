using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using StateServer.Chaos.Histories;
using StateServer.Chaos.Workloads;
using StateServer.Protos.Etcd;
using EtcdStatusRequest = StateServer.Protos.Etcd.StatusRequest;
using Member = StateServer.Protos.Operator.Member;

namespace StateServer.Chaos.Membership;

/// <summary>
/// Clients that put unique keys through every state server that runs, one that was removed and one that is about to join among them, and
/// read now and then; and two that look who says that it leads, and who the members are.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="evidence">Gets what is seen.</param>
/// <param name="progress">Counts.</param>
/// <param name="clients">How many clients.</param>
/// <param name="rate">Operations a second of all together, at most.</param>
/// <param name="seed">The run's.</param>
internal sealed class MembershipLoad(HealingCluster cluster, MembershipEvidence evidence, RunProgress progress, int clients, double rate, int seed)
{
    /// <summary>What all keys begin with.</summary>
    public const string Prefix = "membership/";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LookLimit = TimeSpan.FromMilliseconds(500);

    /// <summary>One call in so many is a linearizable read.</summary>
    private const int ReadShare = 4;

    private readonly HashSet<ulong> _known = [];
    private readonly ConcurrentDictionary<string, LeaderClaim> _said = new();
    private volatile string[] _living = [];
    private long _highest;

    /// <summary>Works until the token is cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll([ClaimsAsync(cancellationToken), MembersAsync(cancellationToken), .. Enumerable.Range(0, clients).Select(client => Task.Run(() => PutAsync(client, cancellationToken), CancellationToken.None))]);

    private async Task PutAsync(int client, CancellationToken cancellationToken)
    {
        var random = new Random(HashCode.Combine(seed, client));
        for (int sequence = 0; !cancellationToken.IsCancellationRequested; sequence++)
        {
            string[] living = _living;
            if (living.Length > 0)
            {
                string address = living[random.Next(living.Length)];
                await (random.Next(ReadShare) == 0 ? ReadOnceAsync(address) : PutOnceAsync(address, $"{Prefix}{client}/{sequence}"));
            }

            await Task.Delay(TimeSpan.FromSeconds(clients / rate), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PutOnceAsync(string address, string key)
    {
        var request = new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(key) };
        evidence.Writes[key] = OperationStatus.Unknown;
        long begun = WorkloadContext.Now;
        OperationStatus status = OperationStatus.Ok;
        try
        {
            using var limit = new CancellationTokenSource(WorkloadContext.CallLimit);
            PutResponse answer = await new KV.KVClient(cluster.ChannelTo(address)).PutAsync(request, cancellationToken: limit.Token);
            evidence.Acknowledged.Enqueue(new AcknowledgedPut(key, answer.Header.Revision, answer.Header.MemberId, begun));
            Rise(answer.Header.Revision);
        }
        catch (RpcException failure)
        {
            status = CallEnd.Of(failure);
        }

        evidence.Writes[key] = status;
        progress.Count(status, writes: true);
    }

    private async Task ReadOnceAsync(string address)
    {
        long floor = Interlocked.Read(ref _highest);
        long begun = WorkloadContext.Now;
        OperationStatus status = OperationStatus.Ok;
        try
        {
            using var limit = new CancellationTokenSource(WorkloadContext.CallLimit);
            var request = new RangeRequest { Key = ByteString.CopyFromUtf8(Prefix) };
            RangeResponse answer = await new KV.KVClient(cluster.ChannelTo(address)).RangeAsync(request, cancellationToken: limit.Token);
            evidence.Reads.Enqueue(new AnsweredRead("a read", answer.Header.Revision, answer.Header.MemberId, begun, floor));
        }
        catch (RpcException failure)
        {
            status = CallEnd.Of(failure);
        }

        progress.Count(status, writes: false);
    }

    private void Rise(long revision)
    {
        for (long seen = Interlocked.Read(ref _highest); seen < revision;)
        {
            long before = Interlocked.CompareExchange(ref _highest, revision, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    private async Task ClaimsAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            IReadOnlyList<ServerProcess> processes = cluster.Processes();
            foreach (ServerProcess process in processes.Where(process => process.Attempt > 1))
            {
                evidence.LaterAttempts[process.Folder] = 0;
            }

            _living = [.. processes.Select(process => process.Client)];
            await Task.WhenAll(_living.Select(ClaimAsync));
            await Task.Delay(Look, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task MembersAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await cluster.ListAsync(cancellationToken) is { } answer)
            {
                Note(answer.Members);
            }

            await Task.Delay(Look, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Asks one whether it leads. Its term and its leader are read one after the other, so that one which just learned of a newer term may
    /// name itself once more: what it says twice in a row counts.
    /// </summary>
    private async Task ClaimAsync(string address)
    {
        try
        {
            using var limit = new CancellationTokenSource(LookLimit);
            StatusResponse status = await new Maintenance.MaintenanceClient(cluster.ChannelTo(address)).StatusAsync(new EtcdStatusRequest(), cancellationToken: limit.Token);
            if (status.Leader != 0 && status.Leader == status.Header.MemberId)
            {
                var claim = new LeaderClaim(status.RaftTerm, status.Leader);
                if (_said.TryGetValue(address, out LeaderClaim before) && before == claim)
                {
                    evidence.Claims[claim] = 0;
                }

                _said[address] = claim;
                return;
            }
        }
        catch (RpcException)
        {
            // It says nothing.
        }

        _said.TryRemove(address, out _);
    }

    private void Note(IEnumerable<Member> members)
    {
        long now = WorkloadContext.Now;
        Member[] all = [.. members];
        foreach (ulong gone in _known.Where(known => all.All(member => member.Id != known)))
        {
            evidence.Removed.TryAdd(gone, now);
        }

        foreach (Member member in all)
        {
            _known.Add(member.Id);
            if (member.Phase != "lost" && member.Vote is "removing-vote" or "no-vote")
            {
                evidence.Leaving[member.Id] = 0;
            }

            if (member.Phase == "lost" && !evidence.Leaving.ContainsKey(member.Id))
            {
                evidence.LostIn[member.Id] = member.Zone;
            }

            if (member.HasReplaces && evidence.LostIn.ContainsKey(member.Replaces) && member.Zone.Length > 0)
            {
                evidence.Replacements[(member.Id, member.Replaces)] = member.Zone;
            }
        }
    }
}
