using System.Collections.Concurrent;
using Google.Protobuf;
using StateServer.Chaos.Histories;
using StateServer.Chaos.Workloads;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Tests;

/// <summary>Where a watcher resumes, and what it keeps of events.</summary>
public sealed class WatcherTests
{
    private readonly ConcurrentDictionary<KeyChange, KeyChange> _pool = new();

    [Fact]
    public void A_watcher_resumes_behind_what_it_was_told_by_events_and_by_notifications()
    {
        var watcher = new Watcher("w", new WatchAim("k"), 5);
        Assert.Equal(5, watcher.Begin("m0", 0, false).StartRevision);
        watcher.Take(Answer(7, 6), _pool);
        Assert.Equal(7, watcher.Begin("m1", 0, false).StartRevision);
        watcher.Take(Answer(9), _pool);
        Assert.Equal(10, watcher.Begin("m2", 0, false).StartRevision);
        Assert.Equal(9, watcher.Reached);
        Assert.Equal(10, watcher.Begin("m0", 0, false).StartRevision);
        watcher.Take(Answer(4), _pool);
        Assert.Equal(10, watcher.Begin("m1", 0, false).StartRevision);
    }

    [Fact]
    public void A_watcher_from_now_on_resumes_behind_its_confirmation()
    {
        var watcher = new Watcher("w", new WatchAim("k"), 0);
        Assert.Equal(0, watcher.Begin("m0", 0, false).StartRevision);
        Assert.Equal(0, watcher.Begin("m1", 0, false).StartRevision);
        watcher.Spans[^1].ConfirmedAt = 41;
        Assert.Equal(42, watcher.Begin("m2", 0, false).StartRevision);
    }

    [Fact]
    public void Fragments_that_may_go_on_do_not_count_as_told_and_a_compacted_watcher_resumes_where_history_begins()
    {
        var watcher = new Watcher("w", new WatchAim("k") { InFragments = true }, 5);
        Assert.True(watcher.Begin("m0", 0, false).Fragment);
        WatchResponse half = Answer(7, 7);
        half.Fragment = true;
        watcher.Take(half, _pool);
        Assert.Equal(7, watcher.Begin("m1", 0, false).StartRevision);
        watcher.Spans[^1].CompactRevision = 30;
        Assert.Equal(30, watcher.Begin("m1", 0, false).StartRevision);
    }

    [Fact]
    public void A_request_says_all_that_is_aimed_at()
    {
        var watcher = new Watcher("w", new WatchAim("k") { End = "l", WithBefore = true, WithoutPuts = true, WithoutDeletes = true }, 1);
        WatchCreateRequest request = watcher.Begin("m0", 7, true);
        Assert.Equal(("k", "l", true, 7, true, 2), (request.Key.ToStringUtf8(), request.RangeEnd.ToStringUtf8(), request.PrevKv, request.WatchId, request.ProgressNotify, request.Filters.Count));
    }

    [Fact]
    public void Long_values_are_told_apart_by_a_few_words()
    {
        string dots = new('.', 1000);
        string[] texts = [.. new[] { "short", $"1.7 {dots}", $"1.7 {dots}.", $"1.8 {dots}", $"1.7 {dots[1..]}x", dots }.Select(v => WatchReading.Text(ByteString.CopyFromUtf8(v)))];
        Assert.Equal("short", texts[0]);
        Assert.StartsWith("1.7 of 1004 bytes", texts[1], StringComparison.Ordinal);
        Assert.Equal(6, texts.Distinct().Count());
        Assert.All(texts, t => Assert.True(t.Length < 64));
    }

    /// <summary>An answer at a revision, with an event of another where there is one.</summary>
    private static WatchResponse Answer(long revision, long? change = null)
    {
        var response = new WatchResponse { Header = new ResponseHeader { Revision = revision } };
        if (change is { } changed)
        {
            response.Events.Add(new Event { Type = Event.Types.EventType.Put, Kv = new KeyValue { Key = ByteString.CopyFromUtf8("k"), ModRevision = changed } });
        }

        return response;
    }
}
