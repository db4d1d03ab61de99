using StateServer.Protos.Etcd;
using Grpc.Core;
using Grpc.Net.Client;

namespace StateServer.Chaos.Clusters;

/// <summary>Asks members about themselves over connections of its own. Thread-safe.</summary>
internal sealed class ClusterObserver : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<MemberProcess, GrpcChannel> _channels;

    public ClusterObserver(ClusterUnderTest cluster)
    {
        Cluster = cluster;
        _channels = cluster.Members.ToDictionary(m => m, Connections.Open);
    }

    public ClusterUnderTest Cluster { get; }

    /// <summary>The member that calls itself the leader in the highest term, or null.</summary>
    public async Task<MemberProcess?> FindLeaderAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(Cluster.Members.Select(async m => (Member: m, Status: await StatusAsync(m, cancellationToken))));
        return answers
            .Where(a => a.Status is { } s && s.Leader == a.Member.Id)
            .OrderByDescending(a => a.Status!.RaftTerm)
            .Select(a => a.Member)
            .FirstOrDefault();
    }

    /// <summary>A member's etcd status, or null where it doesn't answer.</summary>
    public async Task<StatusResponse?> StatusAsync(MemberProcess member, CancellationToken cancellationToken)
    {
        try
        {
            return await new Maintenance.MaintenanceClient(_channels[member])
                .StatusAsync(new StatusRequest(), cancellationToken: Limit(cancellationToken).Token);
        }
        catch (RpcException)
        {
            return null;
        }
    }

    /// <summary>Asks the leader to hand over.</summary>
    public async Task<string?> MoveLeaderAsync(MemberProcess leader, MemberProcess target, CancellationToken cancellationToken)
    {
        try
        {
            await new Maintenance.MaintenanceClient(_channels[leader])
                .MoveLeaderAsync(new MoveLeaderRequest { TargetID = target.Id }, cancellationToken: Limit(cancellationToken).Token);
            return null;
        }
        catch (RpcException refused)
        {
            return refused.Status.Detail;
        }
    }

    /// <summary>The member's HashKV at a revision (0: its newest).</summary>
    public async Task<HashKVResponse> HashAsync(MemberProcess member, long revision, CancellationToken cancellationToken) =>
        await new Maintenance.MaintenanceClient(_channels[member])
            .HashKVAsync(new HashKVRequest { Revision = revision }, cancellationToken: cancellationToken);

    /// <summary>Waits until every running member answers a linearizable read.</summary>
    public async Task<bool> WaitHealthyAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        foreach (MemberProcess member in Cluster.Members)
        {
            while (!await AnswersAsync(member, deadline.Token))
            {
                if (deadline.IsCancellationRequested)
                {
                    return false;
                }

                await Task.Delay(50, CancellationToken.None);
            }
        }

        return true;
    }

    public void Dispose()
    {
        foreach (GrpcChannel channel in _channels.Values)
        {
            channel.Dispose();
        }
    }

    private async Task<bool> AnswersAsync(MemberProcess member, CancellationToken cancellationToken)
    {
        try
        {
            await new KV.KVClient(_channels[member]).RangeAsync(
                new RangeRequest { Key = Google.Protobuf.ByteString.CopyFromUtf8("health") },
                cancellationToken: Limit(cancellationToken).Token);
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }

    private static CancellationTokenSource Limit(CancellationToken cancellationToken)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        source.CancelAfter(Patience);
        return source;
    }
}
