using Google.Protobuf;
using Grpc.Core;
using StateServer.Chaos.Histories;
using StateServer.Chaos.Workloads;
using StateServer.Protos.Etcd;
using EtcdStatusRequest = StateServer.Protos.Etcd.StatusRequest;
using Member = StateServer.Protos.Operator.Member;

namespace StateServer.Chaos.Membership;

/// <summary>
/// Clients that put unique keys through every state server that runs, one that was removed and one that is about to join among them; and
/// one that looks who says that it leads and who the members are.
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

    private readonly HashSet<ulong> _known = [];
    private volatile string[] _living = [];

    /// <summary>Works until the token is cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll([LookAsync(cancellationToken), .. Enumerable.Range(0, clients).Select(client => Task.Run(() => PutAsync(client, cancellationToken), CancellationToken.None))]);

    private async Task PutAsync(int client, CancellationToken cancellationToken)
    {
        var random = new Random(HashCode.Combine(seed, client));
        for (int sequence = 0; !cancellationToken.IsCancellationRequested; sequence++)
        {
            string[] living = _living;
            if (living.Length > 0)
            {
                await PutOnceAsync(living[random.Next(living.Length)], $"{Prefix}{client}/{sequence}");
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
        }
        catch (RpcException failure)
        {
            status = CallEnd.Of(failure);
        }

        evidence.Writes[key] = status;
        progress.Count(status, writes: true);
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            _living = [.. cluster.Processes().Select(process => process.Client)];
            await Task.WhenAll(_living.Select(ClaimAsync));
            if (await cluster.ListAsync(cancellationToken) is { } answer)
            {
                Note(answer.Members);
            }

            await Task.Delay(Look, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ClaimAsync(string address)
    {
        try
        {
            using var limit = new CancellationTokenSource(LookLimit);
            StatusResponse status = await new Maintenance.MaintenanceClient(cluster.ChannelTo(address)).StatusAsync(new EtcdStatusRequest(), cancellationToken: limit.Token);
            if (status.Leader != 0 && status.Leader == status.Header.MemberId)
            {
                evidence.Claims[new LeaderClaim(status.RaftTerm, status.Leader)] = 0;
            }
        }
        catch (RpcException)
        {
            // It says nothing.
        }
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
            if (member.Phase == "lost")
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
