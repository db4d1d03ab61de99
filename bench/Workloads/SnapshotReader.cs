using System.Diagnostics;
using System.Security.Cryptography;
using Grpc.Core;
using Grpc.Net.Client;
using StateServer.Bench.Load;
using StateServer.Bench.Targets;
using StateServer.Protos.Etcd;

namespace StateServer.Bench.Workloads;

/// <summary>Reads snapshots from one member as etcdctl does, and keeps nothing of them.</summary>
internal sealed class SnapshotReader(string endpoint) : IDisposable
{
    private readonly GrpcChannel _channel = Connections.Open(endpoint);

    /// <summary>Reads one snapshot after the other until told to end; the one under way then is read to its end.</summary>
    public async Task<SnapshotFigures> ReadUntilAsync(CancellationToken end)
    {
        List<TimeSpan> durations = [];
        long bytes;
        do
        {
            long started = Stopwatch.GetTimestamp();
            bytes = await ReadAsync(_ => { }, CancellationToken.None).ConfigureAwait(false);
            if (durations.Count == 0 || !end.IsCancellationRequested)
            {
                durations.Add(Stopwatch.GetElapsedTime(started));
            }
        }
        while (!end.IsCancellationRequested);
        return new SnapshotFigures(TimeSpan.FromSeconds(durations.Average(duration => duration.TotalSeconds)), bytes);
    }

    /// <summary>Reads one more and holds it against its digest, as etcdctl does: a multiple of 512 bytes, and their SHA-256.</summary>
    /// <param name="least">Bytes that it must have: those of the values alone.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <exception cref="TargetFailedException">It isn't whole.</exception>
    public async Task VerifyAsync(long least, CancellationToken cancellationToken)
    {
        const int Sector = 512;
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] tail = [];
        long bytes = await ReadAsync(
            blob =>
            {
                // The last bytes are the digest and belong to no other: they are held back until more come.
                byte[] all = [.. tail, .. blob.Span];
                int hashed = Math.Max(0, all.Length - SHA256.HashSizeInBytes);
                hash.AppendData(all.AsSpan(0, hashed));
                tail = all[hashed..];
            },
            cancellationToken);
        if (bytes % Sector != SHA256.HashSizeInBytes || bytes < least || !hash.GetHashAndReset().AsSpan().SequenceEqual(tail))
        {
            throw new TargetFailedException($"{endpoint} sent a snapshot of {bytes} bytes that its digest doesn't fit, or too little");
        }
    }

    public void Dispose() => _channel.Dispose();

    private async Task<long> ReadAsync(Action<ReadOnlyMemory<byte>> take, CancellationToken cancellationToken)
    {
        using AsyncServerStreamingCall<SnapshotResponse> call =
            new Maintenance.MaintenanceClient(_channel).Snapshot(new SnapshotRequest(), cancellationToken: cancellationToken);
        long bytes = 0;
        while (await call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false))
        {
            ReadOnlyMemory<byte> blob = call.ResponseStream.Current.Blob.Memory;
            take(blob);
            bytes += blob.Length;
        }
        return bytes;
    }
}
