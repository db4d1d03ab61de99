using Google.Protobuf;
using Grpc.Core;
using StateServer.Protos.Etcd.Elections;
using StateServer.Protos.Etcd.Locks;
using StateServer.StateServer.Tests.Api.Hosting;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.StateServer.Tests.Api.Conformance;

/// <summary>Leases, locks and elections, the same steps on a real etcd and on our services: every answer must be equal but for who answers.</summary>
public sealed class OwnershipConformanceTests
{
    [Fact]
    public async Task Leases_locks_and_elections_answer_as_etcds_do()
    {
        Assert.SkipUnless(EtcdProcess.IsInstalled, "etcd is not installed: install Debian's etcd-server to compare with it");
        await using var etcd = await EtcdProcess.StartAsync();
        await using var ours = await ApiHost.StartAsync();
        var expected = await RunAsync(etcd.Channel);
        Assert.Equal(expected, await RunAsync(ours.Channel));
    }

    private static async Task<List<string>> RunAsync(ChannelBase channel)
    {
        var script = new Script(channel);
        await script.LeasesAsync();
        await script.LocksAsync();
        await script.ElectionsAsync();
        return script.Transcript;
    }

    private sealed class Script(ChannelBase channel)
    {
        private readonly Wire.Lease.LeaseClient _leases = new(channel);
        private readonly Wire.KV.KVClient _kv = new(channel);
        private readonly Protos.Etcd.Locks.Lock.LockClient _locks = new(channel);
        private readonly Election.ElectionClient _elections = new(channel);

        public List<string> Transcript { get; } = [];

        public async Task LeasesAsync()
        {
            await SayAsync("grant", async () => await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { ID = 10, TTL = 60 }));
            await SayAsync("grant again", async () => await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { ID = 10, TTL = 60 }));
            await SayAsync("grant another", async () => await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { ID = 15, TTL = 60 }));

            // These end by themselves, at any moment from here on: nothing below asks for them.
            await SayAsync("grant too short", async () => await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { ID = 21, TTL = 1 }));
            await SayAsync("grant none", async () => await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { ID = 12 }));
            await SayAsync("grant below none", async () => await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { ID = -13, TTL = -7 }));
            await SayAsync("grant too long", async () => await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { ID = 14, TTL = 9_000_000_001 }));
            await SayAsync("put", async () => await _kv.PutAsync(new Wire.PutRequest { Key = Utf8("leased"), Lease = 10 }));
            await SayAsync("put unknown", async () => await _kv.PutAsync(new Wire.PutRequest { Key = Utf8("leased"), Lease = 99 }));
            await SayAsync("time to live", async () => Rounded(await _leases.LeaseTimeToLiveAsync(new Wire.LeaseTimeToLiveRequest { ID = 10, Keys = true })));
            await SayAsync("time to live of none", async () => await _leases.LeaseTimeToLiveAsync(new Wire.LeaseTimeToLiveRequest { ID = 99, Keys = true }));
            await SayAsync("keep alive", () => KeepAliveAsync(10));
            await SayAsync("keep alive none", () => KeepAliveAsync(99));
            await SayAsync("revoke none", async () => await _leases.LeaseRevokeAsync(new Wire.LeaseRevokeRequest { ID = 99 }));
            await SayAsync("revoke", async () => await _leases.LeaseRevokeAsync(new Wire.LeaseRevokeRequest { ID = 10 }));
            await SayAsync("revoke empty", async () => await _leases.LeaseRevokeAsync(new Wire.LeaseRevokeRequest { ID = 15 }));
        }

        public async Task LocksAsync()
        {
            await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { ID = 0xa, TTL = 60 });
            await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { ID = 0xb, TTL = 60 });
            await SayAsync("lock", () => LockAsync(0xa));
            await SayAsync("lock again", () => LockAsync(0xa));
            var waiting = LockAsync(0xb);
            await KeyAsync("lock/b");
            await SayAsync("unlock", async () => await _locks.UnlockAsync(new UnlockRequest { Key = Utf8("lock/a") }));
            await SayAsync("waited", async () => await waiting);
            await SayAsync("unlock again", async () => await _locks.UnlockAsync(new UnlockRequest { Key = Utf8("lock/a") }));
            await SayAsync("unlock nothing", async () => await _locks.UnlockAsync(new UnlockRequest()));
            await SayAsync("lock with no such lease", () => LockAsync(0x99));
            await SayAsync("unlock", async () => await _locks.UnlockAsync(new UnlockRequest { Key = Utf8("lock/b") }));
        }

        public async Task ElectionsAsync()
        {
            await SayAsync("no leader", async () => await _elections.LeaderAsync(new LeaderRequest { Name = Utf8("e") }));
            await SayAsync("campaign", () => CampaignAsync(0xa, "one"));
            await SayAsync("campaign again", () => CampaignAsync(0xa, "one"));
            await SayAsync("campaign anew", () => CampaignAsync(0xa, "two"));
            await SayAsync("leader", async () => await _elections.LeaderAsync(new LeaderRequest { Name = Utf8("e") }));
            var waiting = CampaignAsync(0xb, "three");
            await KeyAsync("e/b");
            var leader = new LeaderKey { Name = Utf8("e"), Key = Utf8("e/a"), Lease = 0xa, Rev = await KeyAsync("e/a") };
            await SayAsync("proclaim", async () => await _elections.ProclaimAsync(new ProclaimRequest { Leader = leader, Value = Utf8("four") }));
            await SayAsync("resign", async () => await _elections.ResignAsync(new ResignRequest { Leader = leader }));
            await SayAsync("waited", async () => await waiting);
            await SayAsync("resign again", async () => await _elections.ResignAsync(new ResignRequest { Leader = leader }));
            await SayAsync("proclaim late", async () => await _elections.ProclaimAsync(new ProclaimRequest { Leader = leader, Value = Utf8("five") }));
            await SayAsync("proclaim without", async () => await _elections.ProclaimAsync(new ProclaimRequest { Value = Utf8("five") }));
            await SayAsync("resign without", async () => await _elections.ResignAsync(new ResignRequest()));
            await SayAsync("campaign with no such lease", () => CampaignAsync(0x99, "x"));
            using var observed = _elections.Observe(new LeaderRequest { Name = Utf8("e") });
            await SayAsync("observe", async () =>
            {
                Assert.True(await observed.ResponseStream.MoveNext(CancellationToken.None));
                return observed.ResponseStream.Current;
            });
        }

        private static ByteString Utf8(string text) => ByteString.CopyFromUtf8(text);

        private static Wire.LeaseTimeToLiveResponse Rounded(Wire.LeaseTimeToLiveResponse response)
        {
            Assert.InRange(response.TTL, 50, 60);
            response.TTL = 60;
            return response;
        }

        private async Task<IMessage> KeepAliveAsync(long lease)
        {
            using var stream = _leases.LeaseKeepAlive();
            await stream.RequestStream.WriteAsync(new Wire.LeaseKeepAliveRequest { ID = lease });
            Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None));
            return stream.ResponseStream.Current;
        }

        private async Task<IMessage> LockAsync(long lease) =>
            await _locks.LockAsync(new LockRequest { Name = Utf8("lock"), Lease = lease });

        private async Task<IMessage> CampaignAsync(long lease, string value) =>
            await _elections.CampaignAsync(new CampaignRequest { Name = Utf8("e"), Lease = lease, Value = Utf8(value) });

        /// <summary>Waits until a key is there; returns its create revision.</summary>
        private async Task<long> KeyAsync(string key)
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (true)
            {
                var found = await _kv.RangeAsync(new Wire.RangeRequest { Key = Utf8(key) }, cancellationToken: deadline.Token);
                if (found.Kvs.Count > 0)
                {
                    return found.Kvs[0].CreateRevision;
                }
            }
        }

        private async Task SayAsync(string what, Func<Task<IMessage>> step)
        {
            try
            {
                var answer = await step();
                var header = (Wire.ResponseHeader)answer.Descriptor.FindFieldByName("header").Accessor.GetValue(answer);
                (header.ClusterId, header.MemberId, header.RaftTerm) = (0, 0, 0);
                Transcript.Add($"{what}: {answer}");
            }
            catch (RpcException failure)
            {
                Transcript.Add($"{what}: {failure.StatusCode}: {failure.Status.Detail}");
            }
        }
    }
}
