using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using StateServer.Api.Etcd;
using StateServer.Domain.Commands;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Operations;
using StateServer.StateServer.Tests.Api.Hosting;
using static StateServer.StateServer.Tests.Api.Conformance.Requests;
using static StateServer.StateServer.Tests.Api.Hosting.Failures;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.StateServer.Tests.Api;

/// <summary>How long a physical compaction waits: as long as something is freed, and not for ever.</summary>
public sealed class PhysicalCompactionTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private ApiHost _host = null!;
    private Wire.KV.KVClient _kv = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync(time: _time);
        _kv = new Wire.KV.KVClient(_host.Channel);
        _host.Replica.TrimsAtOnce = false;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>As without a leader: no entry comes that could free anything.</summary>
    [Fact]
    public async Task Where_nothing_is_freed_it_gives_up_and_says_so()
    {
        Fill(200);
        var failure = FailureOf(async () => await _kv.CompactAsync(Compact(150, physical: true)));
        TimeSpan passed = TimeSpan.Zero;
        await Until(() => failure.IsCompleted, () =>
        {
            // Time goes by once the compaction is applied: not before can the call wait for its history.
            if (_host.Replica.State.Keyspace.HasHistoryToTrim)
            {
                passed += TimeSpan.FromSeconds(1);
                _time.Advance(TimeSpan.FromSeconds(1));
            }
        });
        AssertFailure(await failure, StatusCode.Unavailable, "etcdserver: request timed out", "unknown");
        Assert.True(passed >= KvService.TrimPatience);
        Assert.True(_host.Replica.State.Keyspace.HasHistoryToTrim);
    }

    [Fact]
    public async Task While_parts_are_freed_it_waits_longer_than_its_patience_with_one()
    {
        Fill(5_000);
        using var call = _kv.CompactAsync(Compact(4_900, physical: true));
        int parts = 0;
        for (; parts == 0 || _host.Replica.State.Keyspace.HasHistoryToTrim; parts++)
        {
            await Until(() => _host.Replica.State.Keyspace.HasHistoryToTrim && _host.Replica.WaitedFor > _host.Replica.State.AppliedIndex, () => { });
            _time.Advance(KvService.TrimPatience * 0.9);
            _host.Replica.Apply(new TrimHistoryCommand(), null);
        }

        Assert.True(parts > 2, $"{parts} parts");
        await call.ResponseAsync.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private static KeyspaceCommand Write(string key) => new(new PutOperation(new Key(Bytes(key).ToByteArray()), "1"u8.ToArray()));

    private static async Task Until(Func<bool> condition, Action step)
    {
        long begun = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(30), "it takes too long");
            step();
            await Task.Yield();
        }
    }

    private void Fill(int versions)
    {
        for (int i = 0; i < versions; i++)
        {
            _host.Replica.Apply(Write("key"), null);
        }
    }
}
