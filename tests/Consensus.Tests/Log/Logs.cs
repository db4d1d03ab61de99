using Microsoft.Extensions.Logging.Abstractions;
using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Log;

/// <summary>What the log's tests share: options with small segments, and records whose bytes tell their index and term.</summary>
internal static class Logs
{
    public static LogStoreOptions Options(IDisk? disk = null, int segmentBytes = 64 * 1024) => new()
    {
        Cluster = new ClusterId(11),
        Node = new NodeId(22),
        Folder = new FolderId(33),
        SegmentBytes = segmentBytes,
        Disk = disk ?? LibcDisk.Instance,
        PrepareInBackground = disk is null,
        Salt = disk is null ? null : () => 0x5A17,
    };

    public static LogStore Open(string folder, LogStoreOptions options) =>
        LogStore.Open(folder, options, NullLogger.Instance);

    public static LogRecord Record(long index, long term, int bytes = 40, RecordKind kind = RecordKind.Command)
    {
        byte[] payload = new byte[bytes];
        new Random((int)((index * 1009) + term)).NextBytes(payload);
        return new LogRecord(index, term, kind, payload);
    }

    public static LogRecord[] Records(long from, int count, long term, int bytes = 40) =>
        [.. Enumerable.Range(0, count).Select(place => Record(from + place, term, bytes))];

    public static void AppendSynced(this LogStore log, params LogRecord[] records)
    {
        log.Append(records, 0);
        log.Sync();
    }

    public static List<LogRecord> ReadAll(this LogStore log)
    {
        var all = new List<LogRecord>();
        log.Read(log.FirstIndex, log.LastIndex, int.MaxValue, all);
        return all;
    }

    public static void AssertSame(IReadOnlyList<LogRecord> expected, IReadOnlyList<LogRecord> actual)
    {
        Assert.Equal(expected.Select(record => (record.Index, record.Term, record.Kind)),
            actual.Select(record => (record.Index, record.Term, record.Kind)));
        for (int place = 0; place < expected.Count; place++)
        {
            Assert.True(
                expected[place].Payload.Span.SequenceEqual(actual[place].Payload.Span),
                $"payload of entry {expected[place].Index}");
        }
    }
}
