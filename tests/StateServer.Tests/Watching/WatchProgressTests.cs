using Microsoft.Extensions.Time.Testing;
using StateServer.Watching;
using static StateServer.StateServer.Tests.Watching.HubUnderTest;

namespace StateServer.StateServer.Tests.Watching;

public sealed class WatchProgressTests
{
    [Fact]
    public void Progress_waits_for_watches_that_are_behind_and_never_overtakes_events()
    {
        using var test = new HubUnderTest(new WatchOptions { MaxStreamMessages = 3, HistoryStep = 2, MaxResponseBytes = 1 });
        for (var i = 0; i < 10; i++)
        {
            test.Put("a");
        }

        var stream = test.Open(Spec("a", start: 2), Spec("b"));
        test.Hub.AskProgress(stream);
        test.Hub.AskProgress(stream);
        var told = new List<string>();
        for (var i = 0; i < 100; i++)
        {
            test.Run();
            told.AddRange(test.Take(stream) is { } message ? [Words(message)] : []);
        }

        Assert.Equal("-1: Progress at 11", told[^1]);
        Assert.Equal(11, told.Count);
        Assert.Equal("0: a@11 through 11", told[^2]);

        // What was applied before the request is told before the answer, though it was not handed out yet.
        test.Put("b");
        test.Hub.AskProgress(stream);
        Assert.Empty(test.TakeAll(stream));
        test.Run();
        Assert.Equal(["1: b@12 through 12", "-1: Progress at 12"], test.TakeAll(stream));
    }

    [Fact]
    public void Progress_of_a_stream_without_watches_is_what_is_applied()
    {
        using var test = new HubUnderTest();
        test.Put("a");
        var stream = test.Open();
        test.Hub.AskProgress(stream);
        Assert.Equal(["-1: Progress at 2"], test.TakeAll(stream));
    }

    /// <summary>Chaos seed 519259: a watch that had resumed behind the last revision kept progress from the stream's others for good.</summary>
    [Fact]
    public void A_watch_from_the_next_revision_on_keeps_progress_from_nobody_and_a_later_one_does()
    {
        using var test = new HubUnderTest();
        test.Put("a");
        var stream = test.Open(Spec("a", start: 2), Spec("b", start: 3));
        test.Run();
        Assert.Equal(["0: a@2 through 2"], test.TakeAll(stream));
        test.Hub.AskProgress(stream);
        Assert.Equal(["-1: Progress at 2"], test.TakeAll(stream));
        var later = test.Open(Spec("b", start: 4));
        test.Hub.AskProgress(later);
        Assert.Empty(test.TakeAll(later));
    }

    [Fact]
    public void Progress_is_due_for_synced_watches_that_want_it_and_were_quiet()
    {
        var time = new FakeTimeProvider();
        using var test = new HubUnderTest(new WatchOptions { ProgressInterval = TimeSpan.FromSeconds(10) }, time);
        var stream = test.Open(
            Spec("a") with { WantsProgress = true }, Spec("b"), Spec("c", start: 5) with { WantsProgress = true });
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(["0: Progress at 1"], test.TakeAll(stream));
        test.Put("a");
        test.Run();
        Assert.Equal(["0: a@2 through 2"], test.TakeAll(stream));
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Empty(test.TakeAll(stream));
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(["0: Progress at 2"], test.TakeAll(stream));
        test.Hub.Close(stream);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Empty(test.TakeAll(stream));
    }

    [Fact]
    public void A_client_that_asks_for_progress_all_the_time_is_told_it_while_the_hub_is_never_done()
    {
        using var test = new HubUnderTest();
        var stream = test.Open(Spec("a"));
        var told = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            // A new entry and a new request come with each one that is handed out.
            test.Put("b");
            test.Put("b");
            test.Hub.AskProgress(stream);
            test.Hub.Step();
            told.AddRange(test.TakeAll(stream));
        }

        Assert.Equal(["-1: Progress at 3", "-1: Progress at 5"], told);
        test.Run();
        Assert.Equal(["-1: Progress at 9", "-1: Progress at 13"], test.TakeAll(stream));
    }
}
