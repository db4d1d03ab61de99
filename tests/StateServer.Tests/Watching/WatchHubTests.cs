using StateServer.Domain.Keyspace.Operations;
using StateServer.Watching;
using static StateServer.StateServer.Tests.Watching.HubUnderTest;

namespace StateServer.StateServer.Tests.Watching;

public sealed class WatchHubTests
{
    [Fact]
    public void A_watch_begins_behind_what_was_applied_before_it_even_if_that_is_not_handed_out_yet()
    {
        using var test = new HubUnderTest();
        var first = test.Open(Spec("a"));
        test.Put("a");
        var second = test.Open(Spec("a"));
        test.Put("a");
        test.Run();
        Assert.Equal(["0: a@2 through 2", "0: a@3 through 3"], test.TakeAll(first));
        Assert.Equal(["0: a@3 through 3"], test.TakeAll(second));
    }

    [Fact]
    public void Revisions_of_one_entry_come_together_and_are_cut_between_revisions_where_they_are_large()
    {
        using var test = new HubUnderTest(new WatchOptions { MaxResponseBytes = 8 });
        var stream = test.Open(Spec("a"), Spec("a", "z"));
        test.PutTogether("a", "b", "a", "a");
        test.Run();
        var told = test.TakeAll(stream);
        Assert.Equal(["0: a@2, a@4 through 4", "0: a@5 through 5"], told.Where(words => words[0] == '0'));
        Assert.Equal(["1: a@2, b@3, a@4 through 4", "1: a@5 through 5"], told.Where(words => words[0] == '1'));
    }

    [Fact]
    public void A_revision_that_is_too_much_for_a_response_begins_the_next_one_whole()
    {
        using var test = new HubUnderTest(new WatchOptions { MaxResponseBytes = 8 });
        test.Put("a", "vvv");
        test.Replica.Apply(Item(new TransactionOperation([], [PutOf("b"), PutOf("c", "vvvvv")], [])));
        var stream = test.Open(Spec("a", "z", start: 2));
        test.Run();
        Assert.Equal(["0: a@2 through 2", "0: b@3, c@3 through 3"], test.TakeAll(stream));
    }

    [Fact]
    public void A_slow_reader_falls_behind_alone_and_gets_everything_once()
    {
        using var test = new HubUnderTest(new WatchOptions { MaxStreamMessages = 4 });
        var slow = test.Open(Spec("a"));
        var quick = test.Open(Spec("a"));
        var expected = new List<string>();
        var told = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            test.Put("a");
            test.Run();
            told.AddRange(test.TakeAll(quick));
            expected.Add($"0: a@{i + 2} through {i + 2}");
        }

        Assert.Equal(expected, told);
        Assert.Equal((4, 1), (slow.Queue.Count, test.Hub.Counts.Lagging));
        var late = new List<string>();
        while (test.Take(slow) is { } message)
        {
            late.AddRange(message.Batch!.Events.Select(Words));
            test.Run();
        }

        Assert.Equal(Enumerable.Range(2, 20).Select(revision => $"a@{revision}"), late);
        Assert.Equal(0, test.Hub.Counts.Lagging);
        test.Put("a");
        test.Run();
        Assert.Equal(["0: a@22 through 22"], test.TakeAll(slow));
    }

    [Fact]
    public void More_than_may_wait_to_be_handed_out_is_read_from_history()
    {
        using var test = new HubUnderTest(new WatchOptions { MaxInboxEvents = 3, HistoryStep = 4 });
        var stream = test.Open(Spec("a"), Spec("z"));
        for (var i = 0; i < 20; i++)
        {
            test.Put(i % 2 == 0 ? "a" : "b");
        }

        Assert.Equal((3, 1), (test.Hub.Counts.Waiting, test.Hub.Counts.Overflows));
        test.Run();
        Assert.Equal(Enumerable.Range(1, 10).Select(i => $"a@{2 * i}"), EventsOf(test, stream));
        Assert.Equal(0, test.Hub.Counts.Lagging);
    }

    [Fact]
    public void Where_that_history_is_compacted_the_watches_end_and_later_ones_stay()
    {
        using var test = new HubUnderTest(new WatchOptions { MaxInboxEvents = 2 });
        var stream = test.Open(Spec("a"), Spec("a", start: 9));
        for (var i = 0; i < 10; i++)
        {
            test.Put("a");
        }

        test.Compact(8);
        test.Run();
        Assert.Equal(
            ["0: a@2 through 2", "0: a@3 through 3", "0: Compacted at 8", "1: a@9, a@10, a@11 through 11"], test.TakeAll(stream));
    }

    [Fact]
    public void A_watcher_that_is_synced_is_not_ended_by_a_compaction_right_behind_it()
    {
        using var test = new HubUnderTest();
        var stream = test.Open(Spec("a"));
        for (var i = 0; i < 10; i++)
        {
            test.Put("a");
            test.Compact(test.Revision);
        }

        test.Run();
        Assert.Equal(Enumerable.Range(2, 10).Select(revision => $"a@{revision}"), EventsOf(test, stream));
    }

    [Fact]
    public void A_slow_reader_whose_history_is_compacted_gets_what_waited_and_then_the_compacted_revision()
    {
        using var test = new HubUnderTest(new WatchOptions { MaxStreamMessages = 2 });
        var stream = test.Open(Spec("a"));
        for (var i = 0; i < 10; i++)
        {
            test.Put("a");
            test.Run();
        }

        test.Compact(9);
        test.Run();
        Assert.Equal("0: a@2 through 2", Words(test.Take(stream)!.Value));
        Assert.Equal("0: a@3 through 3", Words(test.Take(stream)!.Value));
        test.Run();
        Assert.Equal(["0: Compacted at 9"], test.TakeAll(stream));
        test.Hub.Cancel(stream, 0);
        Assert.Equal(["0: Cancelled at 11"], test.TakeAll(stream));
        Assert.Equal(0, test.Hub.Counts.Watches);
    }

    [Fact]
    public void A_restored_snapshot_neither_loses_nor_repeats_events()
    {
        using var ahead = new HubUnderTest();
        using var test = new HubUnderTest(new WatchOptions { HistoryStep = 2 });
        for (var i = 0; i < 4; i++)
        {
            ahead.Put("a");
            test.Put("a");
        }

        var stream = test.Open(Spec("a"), Spec("a", start: 3), Spec("a", start: 8));
        ahead.Put("a");
        test.Put("a");
        ahead.PutTogether("a", "a", "b", "a");
        test.Replica.Restore(ahead.Replica.State);
        test.Run();
        test.Put("a");
        test.Run();
        var told = Enumerable.Range(0, 3).Select(_ => new List<string>()).ToArray();
        while (test.Take(stream) is { } message)
        {
            told[message.Id].AddRange(message.Batch!.Events.Select(Words));
        }

        Assert.Equal(["a@6", "a@7", "a@8", "a@10", "a@11"], told[0]);
        Assert.Equal(["a@3", "a@4", "a@5", "a@6", "a@7", "a@8", "a@10", "a@11"], told[1]);
        Assert.Equal(["a@8", "a@10", "a@11"], told[2]);
    }

    [Fact]
    public void A_snapshot_that_compacted_what_a_watch_needs_ends_it()
    {
        using var ahead = new HubUnderTest();
        using var test = new HubUnderTest();
        var stream = test.Open(Spec("a"));
        for (var i = 0; i < 9; i++)
        {
            ahead.Put("a");
        }

        ahead.Compact(7);
        test.Put("a");
        test.Run();
        test.Replica.Restore(ahead.Replica.State);
        test.Run();
        Assert.Equal(["0: a@2 through 2", "0: Compacted at 7"], test.TakeAll(stream));
    }

    [Fact]
    public void Watches_are_bounded_in_number()
    {
        using var test = new HubUnderTest(new WatchOptions { MaxWatches = 3 });
        var stream = test.Open(Spec("a"), Spec("b"), Spec("c", "d"));
        test.Hub.Create(stream, Spec("e"));
        Assert.Contains("has 3 watches", Assert.Single(test.TakeAll(stream)), StringComparison.Ordinal);
        test.Hub.Cancel(stream, 1);
        test.TakeAll(stream);
        test.Hub.Create(stream, Spec("e"));
        Assert.Equal(["3: Created at 1"], test.TakeAll(stream));
    }

    [Fact]
    public async Task Requests_are_read_no_further_while_the_answers_wait()
    {
        using var test = new HubUnderTest(new WatchOptions { MaxStreamMessages = 4 });
        var stream = test.Open();
        for (var i = 0; i < 4; i++)
        {
            Assert.True(stream.Queue.WaitForRoomAsync().IsCompleted);
            test.Hub.Create(stream, Spec("a"));
        }

        var room = stream.Queue.WaitForRoomAsync();
        test.Take(stream);
        Assert.False(room.IsCompleted);
        test.Take(stream);
        await room.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Catching_up_takes_turns_and_small_steps()
    {
        using var test = new HubUnderTest(new WatchOptions { HistoryStep = 5, WatchersPerStep = 3 });
        for (var i = 0; i < 50; i++)
        {
            test.Put("a");
        }

        var streams = Enumerable.Range(0, 10).Select(i => test.Open(Spec("a", start: 2 + (5 * i)))).ToList();
        Assert.True(test.Hub.Step());
        Assert.Equal(10, test.Hub.Counts.Lagging);
        test.Run();
        for (var i = 0; i < streams.Count; i++)
        {
            Assert.Equal(Enumerable.Range(2 + (5 * i), 50 - (5 * i)).Select(revision => $"a@{revision}"), EventsOf(test, streams[i]));
        }

        Assert.Equal(0, test.Hub.Counts.Lagging);
    }

    [Fact]
    public void Catching_up_ends_where_handing_out_goes_on_though_the_history_goes_further()
    {
        using var test = new HubUnderTest(new WatchOptions { HistoryStep = 2, MaxInboxEvents = 1 });
        for (var i = 0; i < 4; i++)
        {
            test.Put("a");
        }

        // The last step of it reads what lies in the gap that is handed out next.
        var stream = test.Open(Spec("a", start: 4));
        for (var i = 0; i < 3; i++)
        {
            test.Put("a");
        }

        test.Run();
        Assert.Equal(["a@4", "a@5", "a@6", "a@7", "a@8"], EventsOf(test, stream));
    }

    /// <summary>More than are woken by one thread; those that it doesn't run itself go on by others.</summary>
    [Fact]
    public async Task All_that_wait_for_an_event_are_woken_and_hold_no_lock_of_the_hub_then()
    {
        using var test = new HubUnderTest();
        var streams = Enumerable.Range(0, (2 * WakeBatch.Capacity) + 5).Select(_ => test.Open(Spec("k"))).ToList();
        var isHeld = false;
        var senders = streams.Select(SendNextAsync).ToList();
        Assert.DoesNotContain(senders, sender => sender.IsCompleted);
        test.Put("k");
        test.Run();
        Assert.All(await Task.WhenAll(senders).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken), Assert.True);

        async Task<bool> SendNextAsync(WatchStream stream)
        {
            await stream.Queue.WaitAsync();

            // Another thread gets the hub's lock while this one runs.
            var other = new Thread(() => test.Hub.Cancel(stream, 0));
            other.Start();
            isHeld = isHeld || !other.Join(TimeSpan.FromSeconds(20));
            return stream.Queue.TryTake(out _, out _, out _) && !isHeld;
        }
    }

    [Fact]
    public void A_restart_ends_all_streams_and_new_ones_are_served()
    {
        using var test = new HubUnderTest();
        var stream = test.Open(Spec("a"), Spec("a", start: 1));
        test.Put("a");
        test.Hub.Restart();
        Assert.Equal(WatchEndReason.Failed, stream.Queue.Ending!.Reason);
        test.Hub.Close(stream);
        Assert.Equal((0, 0, 0), (test.Hub.Counts.Watches, test.Hub.Counts.Lagging, test.Hub.Counts.Streams));
        var next = test.Open(Spec("a"));
        test.Put("a");
        test.Run();
        Assert.Equal(["0: a@3 through 3"], test.TakeAll(next));
    }

    private static List<string> EventsOf(HubUnderTest test, WatchStream stream)
    {
        var events = new List<string>();
        while (test.Take(stream) is { } message)
        {
            events.AddRange(message.Batch!.Events.Select(Words));
            test.Run();
        }

        return events;
    }
}
