using System.Buffers.Binary;
using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using StateServer.Protos.Etcd;
using StateServer.Protos.Replica;
using EtcdStatusRequest = StateServer.Protos.Etcd.StatusRequest;

namespace StateServer.Chaos.Clusters;

/// <summary>Asks members about themselves over connections of its own. Thread-safe.</summary>
internal sealed class ClusterObserver : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(30);

    /// <summary>More entries than lie between two digests (<c>--digest-every-entries</c> of a run's members).</summary>
    private const int WritesToSettle = 25;

    /// <summary>Where the folder's id stands in a member's identity file: behind hash, magic, format, two marks, cluster and node.</summary>
    private const int FolderIdOffset = 8 + 8 + 4 + 1 + 1 + 8 + 8;

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
                .StatusAsync(new EtcdStatusRequest(), cancellationToken: Limit(cancellationToken).Token);
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

    /// <summary>
    /// The digests of the member's whole state by index, as it hands them to its peers: asked in the name of another member,
    /// with the identity that peers show (its folder's id stands in its identity file).
    /// </summary>
    public async Task<IReadOnlyDictionary<long, ulong>> DigestsAsync(MemberProcess member, CancellationToken cancellationToken)
    {
        MemberProcess asker = Cluster.Members.First(m => m != member);
        var identity = new byte[32];
        BinaryPrimitives.WriteUInt64BigEndian(identity, Cluster.Id);
        BinaryPrimitives.WriteUInt64BigEndian(identity.AsSpan(8), asker.Id);
        BinaryPrimitives.WriteUInt64BigEndian(identity.AsSpan(16), member.Id);
        BinaryPrimitives.WriteUInt64BigEndian(identity.AsSpan(24), FolderIdOf(asker));
        using GrpcChannel channel = Connections.OpenPeerPort(member);
        DigestsReply reply = await new Replica.ReplicaClient(channel).CompareDigestsAsync(
            new DigestsRequest(),
            new CallOptions(new Metadata { { "stateserver-identity-bin", identity } }, cancellationToken: Limit(cancellationToken).Token));
        return reply.Points.ToDictionary(p => p.Index, p => p.Digest);
    }

    /// <summary>The alarms that the cluster has raised.</summary>
    public async Task<IReadOnlyList<string>> AlarmsAsync(CancellationToken cancellationToken)
    {
        AlarmResponse response = await new Maintenance.MaintenanceClient(_channels[Cluster.Members[0]]).AlarmAsync(
            new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Get }, cancellationToken: Limit(cancellationToken).Token);
        return [.. response.Alarms.Select(a => $"{a.Alarm} of {Cluster.Members.FirstOrDefault(m => m.Id == a.MemberID)?.Name ?? $"{a.MemberID}"}")];
    }

    /// <summary>Writes a little, one after the other, and waits until each member has it.</summary>
    public async Task<bool> SettleAsync(CancellationToken cancellationToken)
    {
        var client = new KV.KVClient(_channels[Cluster.Members[0]]);
        for (int i = 0; i < WritesToSettle; i++)
        {
            var put = new PutRequest { Key = ByteString.CopyFromUtf8("settled"), Value = ByteString.CopyFromUtf8($"{i}") };
            await client.PutAsync(put, cancellationToken: Limit(cancellationToken).Token);
        }

        return await WaitHealthyAsync(SettleLimit, cancellationToken);
    }

    /// <summary>Waits until a text stands in a member's log behind an offset.</summary>
    public async Task<bool> WaitLogAsync(MemberProcess member, long from, string text, TimeSpan limit)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < limit)
        {
            using var log = new FileStream(member.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            log.Position = Math.Min(from, log.Length);
            using var reader = new StreamReader(log);
            if ((await reader.ReadToEndAsync()).Contains(text, StringComparison.Ordinal))
            {
                return true;
            }

            await Task.Delay(50);
        }

        return false;
    }

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

    private static ulong FolderIdOf(MemberProcess member) =>
        BinaryPrimitives.ReadUInt64LittleEndian(File.ReadAllBytes(Path.Combine(member.DataFolder, "identity")).AsSpan(FolderIdOffset));

    private static CancellationTokenSource Limit(CancellationToken cancellationToken)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        source.CancelAfter(Patience);
        return source;
    }
}
