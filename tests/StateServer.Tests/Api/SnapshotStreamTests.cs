using System.Security.Cryptography;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using StateServer.Api.Etcd;
using StateServer.Client;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Snapshots;
using StateServer.Domain.Commands;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Operations;
using StateServer.StateServer.Tests.Api.Hosting;
using static StateServer.StateServer.Tests.Api.Conformance.Requests;
using static StateServer.StateServer.Tests.Api.Hosting.Failures;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.StateServer.Tests.Api;

/// <summary>The snapshot's stream: framed for etcd's tools, of one version, and bounded in what it costs.</summary>
public sealed class SnapshotStreamTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private ApiHost _host = null!;
    private Wire.Maintenance.MaintenanceClient _maintenance = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync(time: _time);
        _maintenance = new Wire.Maintenance.MaintenanceClient(_host.Channel);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_snapshot_is_a_multiple_of_512_bytes_and_then_its_sha_256()
    {
        Fill(20, 10_000);
        var pieces = await TakeAsync(_maintenance.Snapshot(new Wire.SnapshotRequest()));
        byte[] body = [.. pieces.SkipLast(1).SelectMany(piece => piece.Blob)];
        Assert.Equal(0, body.Length % 512);
        Assert.Equal(SHA256.HashData(body), pieces[^1].Blob.ToByteArray());
        long left = body.Length;
        foreach (var piece in pieces.SkipLast(1))
        {
            left -= piece.Blob.Length;
            Assert.Equal((ulong)left, piece.RemainingBytes);
            Assert.InRange(piece.Blob.Length, 1, SnapshotStream.ChunkBytes);
        }

        Assert.Equal(0UL, pieces[^1].RemainingBytes);
        Assert.Equal(_host.Replica.State.Digest, Read(pieces).State.Digest);
    }

    [Fact]
    public async Task Writes_meanwhile_are_taken_and_not_in_it()
    {
        Fill(400, 100_000);
        ulong digest = _host.Replica.State.Digest;
        using var call = _maintenance.Snapshot(new Wire.SnapshotRequest());
        await call.ResponseHeadersAsync;
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        var first = call.ResponseStream.Current;
        Fill(3, 10);
        var rest = await TakeAsync(call);
        Assert.Equal(digest, Read([first, .. rest]).State.Digest);
        Assert.NotEqual(digest, _host.Replica.State.Digest);
    }

    [Fact]
    public async Task It_asks_a_quorum_first_and_says_where_there_is_none()
    {
        using (var call = _maintenance.Snapshot(new Wire.SnapshotRequest()))
        {
            Assert.Equal("yes", (await call.ResponseHeadersAsync).GetValue(CallMetadata.SnapshotComplete));
            Assert.Equal(1, _host.Replica.LinearizableReads);
        }

        foreach (var refusal in new[] { ReadRefusal.NoLeader, ReadRefusal.TimedOut })
        {
            _host.Replica.ReadFault = new ReadRefusedException(refusal, "no quorum");
            using var call = _maintenance.Snapshot(new Wire.SnapshotRequest());
            Assert.Equal("unknown", (await call.ResponseHeadersAsync).GetValue(CallMetadata.SnapshotComplete));
            Assert.NotEmpty(await TakeAsync(call));
        }

        _host.Replica.ReadFault = new ReadRefusedException(ReadRefusal.Corrupt, "it differs");
        AssertFailure(
            await FailureOf(() => TakeAsync(_maintenance.Snapshot(new Wire.SnapshotRequest()))),
            StatusCode.DataLoss, "etcdserver: corrupt cluster", "no");
        _host.Replica.ReadFault = new ReadRefusedException(ReadRefusal.NoLeader, "no quorum");
        _host.Replica.SerializableFault = new ReadRefusedException(ReadRefusal.Closed, "damaged");
        AssertFailure(
            await FailureOf(() => TakeAsync(_maintenance.Snapshot(new Wire.SnapshotRequest()))),
            StatusCode.Unavailable, "stateserver: damaged", "no");
    }

    /// <summary>The clients take nothing: what is in flight fills their windows, and then the member waits for them.</summary>
    [Fact]
    public async Task A_member_sends_so_many_at_once_and_gives_up_who_takes_nothing()
    {
        Fill(400, 100_000);
        var idle = Enumerable.Range(0, SnapshotStream.MostAtOnce).Select(_ => _maintenance.Snapshot(new Wire.SnapshotRequest())).ToList();
        foreach (var call in idle)
        {
            await call.ResponseHeadersAsync;
        }

        var refused = await FailureOf(() => TakeAsync(_maintenance.Snapshot(new Wire.SnapshotRequest())));
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.Contains("this member sends 2 snapshots already", refused.Status.Detail, StringComparison.Ordinal);

        // Time passes until the member has given one up; then it has room again.
        var patient = TimeProvider.System.GetTimestamp();
        while (true)
        {
            _time.Advance(SnapshotStream.Patience);
            try
            {
                using var next = _maintenance.Snapshot(new Wire.SnapshotRequest());
                await next.ResponseStream.MoveNext(TestContext.Current.CancellationToken);
                break;
            }
            catch (RpcException again) when (again.StatusCode == StatusCode.ResourceExhausted)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(patient) < TimeSpan.FromSeconds(60), "idle clients are never given up");
                await Task.Yield();
            }
        }

        // The one that was given up first made that room; the other may have been a blink behind. Its window is full, so that
        // no status reaches it: the stream is reset, and the member's log says why.
        int given = 0;
        foreach (var call in idle)
        {
            given += await Record.ExceptionAsync(() => TakeAsync(call)) is RpcException ? 1 : 0;
            call.Dispose();
        }

        Assert.InRange(given, 1, idle.Count);
    }

    [Fact]
    public async Task A_client_that_leaves_makes_room()
    {
        Fill(400, 100_000);
        for (int i = 0; i < 3 * SnapshotStream.MostAtOnce; i++)
        {
            using var call = _maintenance.Snapshot(new Wire.SnapshotRequest());
            var patient = TimeProvider.System.GetTimestamp();
            while (true)
            {
                using var next = _maintenance.Snapshot(new Wire.SnapshotRequest());
                try
                {
                    await next.ResponseStream.MoveNext(TestContext.Current.CancellationToken);
                    break;
                }
                catch (RpcException again) when (again.StatusCode == StatusCode.ResourceExhausted)
                {
                    Assert.True(TimeProvider.System.GetElapsedTime(patient) < TimeSpan.FromSeconds(60), "clients that left keep their place");
                    await Task.Yield();
                }
            }
        }
    }

    private static async Task<List<Wire.SnapshotResponse>> TakeAsync(AsyncServerStreamingCall<Wire.SnapshotResponse> call)
    {
        List<Wire.SnapshotResponse> pieces = [];
        await foreach (var piece in call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            pieces.Add(piece);
        }

        return pieces;
    }

    private static SavedSnapshot Read(IEnumerable<Wire.SnapshotResponse> pieces)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            File.WriteAllBytes(path, [.. pieces.SelectMany(piece => piece.Blob)]);
            return SavedSnapshot.Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private void Fill(int keys, int valueBytes)
    {
        for (int i = 0; i < keys; i++)
        {
            var key = new Key(Bytes($"key {i}").ToByteArray());
            _host.Replica.Apply(new KeyspaceCommand(new PutOperation(key, new byte[valueBytes])), null);
        }
    }
}
