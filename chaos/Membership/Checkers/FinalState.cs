using Grpc.Core;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Workloads;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Membership.Checkers;

/// <summary>Reads what a whole cluster holds, and judges: what was acknowledged, that all members hold the same, that nothing runs beside them.</summary>
internal static class FinalState
{
    private const long PageKeys = 2000;

    private static readonly TimeSpan StrayLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(30);

    /// <summary>Judges.</summary>
    public static async Task<IReadOnlyList<Verdict>> JudgeAsync(HealingCluster cluster, MembershipEvidence evidence, CancellationToken cancellationToken)
    {
        try
        {
            if (await cluster.ListAsync(cancellationToken) is not { } listed
                || listed.Members.Select(cluster.ProcessOf).OfType<ServerProcess>().Select(process => process.Client).ToArray() is not { Length: > 0 } addresses)
            {
                return [new Verdict("kept", Conclusion.Undecided, "nobody could be asked at the end")];
            }

            List<KeyValue> found = await ReadAsync(cluster, addresses[0], cancellationToken);
            return
            [
                KeptWriteChecker.Check(evidence.Writes, evidence.Acknowledged, found),
                await HashesAsync(cluster, addresses, cancellationToken),
                await StraysAsync(cluster, cancellationToken),
            ];
        }
        catch (RpcException failed)
        {
            return [new Verdict("kept", Conclusion.Undecided, $"a member did not tell: {failed.Status}")];
        }
    }

    private static async Task<List<KeyValue>> ReadAsync(HealingCluster cluster, string address, CancellationToken cancellationToken)
    {
        List<KeyValue> all = [];
        var request = new RangeRequest { Key = MemberClient.Bytes(MembershipLoad.Prefix), RangeEnd = MemberClient.After(MembershipLoad.Prefix), Limit = PageKeys };
        while (true)
        {
            RangeResponse page = await new KV.KVClient(cluster.ChannelTo(address)).RangeAsync(request, Options(cancellationToken));
            all.AddRange(page.Kvs);
            if (!page.More)
            {
                return all;
            }

            request.Revision = page.Header.Revision;
            request.Key = Google.Protobuf.ByteString.CopyFrom([.. page.Kvs[^1].Key, 0]);
        }
    }

    private static async Task<Verdict> HashesAsync(HealingCluster cluster, string[] addresses, CancellationToken cancellationToken)
    {
        // A linearizable read of each makes it apply all that the first one has.
        long revision = 0;
        foreach (string address in addresses)
        {
            RangeResponse read = await new KV.KVClient(cluster.ChannelTo(address)).RangeAsync(new RangeRequest { Key = MemberClient.Bytes("x") }, Options(cancellationToken));
            revision = revision == 0 ? read.Header.Revision : revision;
        }

        List<HashKVResponse> hashes = [];
        foreach (string address in addresses)
        {
            hashes.Add(await new Maintenance.MaintenanceClient(cluster.ChannelTo(address)).HashKVAsync(new HashKVRequest { Revision = revision }, Options(cancellationToken)));
        }

        bool equal = hashes.Select(answer => (answer.Hash, answer.CompactRevision)).Distinct().Count() == 1;
        AlarmResponse alarms = await new Maintenance.MaintenanceClient(cluster.ChannelTo(addresses[0])).AlarmAsync(
            new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Get }, Options(cancellationToken));
        return alarms.Alarms.Count > 0
            ? new Verdict("hash", Conclusion.Violated, $"there are alarms: {alarms.Alarms}")
            : new Verdict("hash", equal ? Conclusion.Holds : Conclusion.Violated, $"at revision {revision}: {string.Join(' ', hashes.Select(answer => answer.Hash))}");
    }

    /// <summary>No process and no machine is left beside the members'.</summary>
    private static async Task<Verdict> StraysAsync(HealingCluster cluster, CancellationToken cancellationToken)
    {
        string seen = "";
        bool clean = await cluster.AwaitAsync(
            answer =>
            {
                string[] members = [.. answer.Members.Select(member => member.Machine).Order(StringComparer.Ordinal)];
                string[] running = [.. cluster.Processes().Select(process => process.Machine).Order(StringComparer.Ordinal)];
                string[] folders = [.. Directory.GetDirectories(Path.Combine(cluster.Root, "machines")).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];
                string[] launched = [.. cluster.Processes().Where(process => process.IsMachine).Select(process => Path.GetFileName(process.Folder)).Order(StringComparer.Ordinal)];
                seen = $"members on machines {string.Join(',', members)}, state servers running on {string.Join(',', running)}, machines {string.Join(',', folders)}";
                return members.SequenceEqual(running) && folders.SequenceEqual(launched);
            },
            StrayLimit,
            cancellationToken) is not null;
        return Verdict.OfWait("strays", clean, seen, cancellationToken);
    }

    private static CallOptions Options(CancellationToken cancellationToken) =>
        new(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + ReadLimit, cancellationToken: cancellationToken);
}
