using System.Runtime.CompilerServices;
using Grpc.Core;
using StateServer.Api.Etcd;
using StateServer.Domain.Events;
using StateServer.StateServer.Tests.Api.Hosting;
using StateServer.Watching;
using static StateServer.StateServer.Tests.Watching.HubUnderTest;

namespace StateServer.StateServer.Tests.Watching;

public sealed class WatchMemoryTests
{
    [Fact]
    public void A_thousand_watchers_of_one_key_share_one_encoded_event()
    {
        using var test = new HubUnderTest();
        WatchStream[] streams = [.. Enumerable.Range(0, 10).Select(_ => test.Open([.. Enumerable.Repeat(Spec("a"), 100)]))];
        test.Put("a");
        test.Run();
        var encodings = 0;
        var messages = streams.SelectMany(stream => Enumerable.Range(0, 100).Select(_ => test.Take(stream)!.Value)).ToList();
        foreach (var message in messages)
        {
            message.Batch!.Events[0].Encoded(withPrevious: false, Encode);
        }

        Assert.Equal((1000, 1, 1), (messages.Count, messages.Select(message => message.Batch).Distinct().Count(), encodings));

        byte[] Encode(KeyEvent change, bool withPrevious)
        {
            encodings++;
            return [];
        }
    }

    [Fact]
    public void A_response_to_one_more_watcher_allocates_nothing()
    {
        using var test = new HubUnderTest();
        var stream = test.Open([.. Enumerable.Repeat(Spec("a"), 1_000)]);
        var context = new ByteContext();
        var reply = new WatchReply();
        long allocated = 0;
        for (var round = 0; round < 5; round++)
        {
            test.Put("a");
            var before = GC.GetAllocatedBytesForCurrentThread();
            test.Run();
            while (test.Take(stream) is { } message)
            {
                (reply.Message, reply.Events) = (message, message.Batch!.Events.Length);
                context.Clear();
                WatchReplyFormat.Marshaller.ContextualSerializer(reply, context);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // The event, its bytes and its batch: once for the thousand.
        Assert.InRange(allocated, 1, 4_000);
    }

    [Fact]
    public void A_watch_and_a_stream_take_no_more_than_in_etcd()
    {
        using var test = new HubUnderTest();
        test.Open(Spec("first"));
        var before = GC.GetAllocatedBytesForCurrentThread();
        List<WatchStream> streams = [.. Enumerable.Range(0, 100).Select(_ => test.Hub.Open(requiresLeader: false))];
        var aStream = (GC.GetAllocatedBytesForCurrentThread() - before) / streams.Count;

        // What a table grows through is counted too, though it is garbage at once: less is kept.
        before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var stream in streams)
        {
            for (var i = 0; i < 1_000; i++)
            {
                test.Hub.Create(stream, Spec("a"));
                test.Take(stream);
            }
        }

        var aWatch = (GC.GetAllocatedBytesForCurrentThread() - before) / 100_000;
        TestContext.Current.SendDiagnosticMessage($"{aStream} bytes a stream, {aWatch} a watch");
        Assert.InRange(aStream, 1, 1_000);
        Assert.InRange(aWatch, 1, 500);
    }

    [Fact]
    public void Without_watches_no_version_of_the_state_is_held()
    {
        using var test = new HubUnderTest();
        var old = WatchAndLeave(test);
        test.Put("a");
        GC.Collect();
        Assert.False(old.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference WatchAndLeave(HubUnderTest test)
        {
            var stream = test.Open(Spec("a"));
            test.Put("a");
            test.Run();
            test.Hub.Close(stream);
            return new WeakReference(test.Replica.State);
        }
    }

    [Fact]
    public void Bytes_that_wait_are_bounded_for_one_client_and_for_all_and_freed()
    {
        using var test = new HubUnderTest(new WatchOptions { MaxStreamBytes = 3_000, MaxBacklogBytes = 6_000 });
        var streams = Enumerable.Range(0, 8).Select(i => test.Open(Spec($"k{i}"))).ToList();
        for (var round = 0; round < 10; round++)
        {
            for (var i = 0; i < streams.Count; i++)
            {
                test.Put($"k{i}", new string('x', 998));
            }
        }

        test.Run();

        // Past the bound of all, those that have something waiting get nothing more.
        Assert.InRange(test.Hub.Backlog.Bytes, 6_000, 6_000 + (streams.Count * 1_300));
        Assert.All(streams, stream => Assert.InRange(stream.Queue.Count, 1, 3));
        Assert.Equal(8, test.Hub.Counts.Lagging);
        var counts = new int[streams.Count];
        for (var round = 0; round < 20; round++)
        {
            for (var i = 0; i < streams.Count; i++)
            {
                while (test.Take(streams[i]) is { } message)
                {
                    counts[i] += message.Batch!.Events.Length;
                }
            }

            test.Run();
        }

        Assert.All(counts, count => Assert.Equal(10, count));
        Assert.Equal((0, 0), (test.Hub.Backlog.Bytes, test.Hub.Counts.Lagging));
    }

    [Fact]
    public void Bytes_that_wait_for_one_client_are_bounded_while_there_is_room_for_others()
    {
        using var test = new HubUnderTest(new WatchOptions { MaxStreamBytes = 3_000 });
        var stream = test.Open(Spec("a"));
        for (var i = 0; i < 10; i++)
        {
            test.Put("a", new string('x', 998));
            test.Run();
        }

        // With the version before it, the second is larger than the first.
        Assert.Equal((2, 1), (stream.Queue.Count, test.Hub.Counts.Lagging));
    }

    [Fact]
    public void A_batch_in_many_queues_counts_once_and_goes_with_the_last_stream()
    {
        using var test = new HubUnderTest();
        var streams = Enumerable.Range(0, 10).Select(_ => test.Open(Spec("a"))).ToList();
        test.Put("a", new string('x', 99));
        test.Run();
        var shared = test.Take(streams[0])!.Value.Batch!.SizeBytes;
        Assert.InRange(shared, 100, 400);
        for (var i = 0; i < streams.Count; i++)
        {
            Assert.Equal(shared + ((streams.Count - i) * WatchMessage.SizeBytes), test.Hub.Backlog.Bytes);
            test.Hub.Close(streams[i]);
        }

        Assert.Equal((0, 0), (test.Hub.Backlog.Bytes, test.Hub.Counts.Watches));
    }

    [Fact]
    public void Versions_of_the_state_that_wait_are_bounded_whatever_they_changed()
    {
        using var test = new HubUnderTest(new WatchOptions { MaxInboxEntries = 3 });
        var stream = test.Open(Spec("a"));
        for (var i = 0; i < 6; i++)
        {
            test.Put("a");
        }

        Assert.Equal((3, 1), (test.Hub.Counts.Waiting, test.Hub.Counts.Overflows));
        test.Run();
        Assert.Equal(
            ["0: a@2 through 2", "0: a@3 through 3", "0: a@4 through 4", "0: a@5, a@6, a@7 through 7"], test.TakeAll(stream));
    }

    [Fact]
    public async Task What_is_written_without_a_flush_is_bounded_by_what_it_takes_on_the_wire()
    {
        using var test = new HubUnderTest();
        var stream = test.Open([.. Enumerable.Repeat(Spec("a"), 8_000)]);
        test.Put("a");
        test.Run();
        var writer = new CountingWriter();
        var sending = new WatchSender(stream, test.Hub, new ResponseHeaders(test.Replica), writer, 1_000).RunAsync();
        stream.Queue.End(new WatchEnding(WatchEndReason.ClientGone));
        await sending.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(8_000, writer.Messages);
        Assert.InRange(writer.MostUnflushed, 32 * 1024, 65 * 1024);
        Assert.Equal(0, writer.Unflushed);
    }

    /// <summary>Writes nowhere, and counts.</summary>
    private sealed class CountingWriter : IServerStreamWriter<WatchReply>
    {
        private readonly ByteContext _context = new();

        public WriteOptions? WriteOptions { get; set; }

        internal int Messages { get; private set; }

        internal int Unflushed { get; private set; }

        internal int MostUnflushed { get; private set; }

        public Task WriteAsync(WatchReply message)
        {
            _context.Clear();
            WatchReplyFormat.Marshaller.ContextualSerializer(message, _context);
            Messages++;
            Unflushed += _context.Bytes.Length;
            MostUnflushed = Math.Max(MostUnflushed, Unflushed);
            if (WriteOptions is null || (WriteOptions.Flags & WriteFlags.BufferHint) == 0)
            {
                Unflushed = 0;
            }

            return Task.CompletedTask;
        }

        public Task WriteAsync(WatchReply message, CancellationToken cancellationToken) => WriteAsync(message);
    }
}
