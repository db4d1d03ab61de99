using System.Diagnostics;
using StateServer.Bench.Load;

namespace StateServer.Bench.Tests;

public sealed class AcknowledgementsTests
{
    private readonly Acknowledgements _calls = new();

    [Fact]
    public void The_next_write_is_the_first_answer_to_a_call_sent_after_the_loss()
    {
        _calls.Add(sent: 90, answered: 110);
        Assert.Null(_calls.FirstAnswerAfter(100));
        _calls.Add(sent: 105, answered: 500);
        _calls.Add(sent: 120, answered: 400);
        Assert.Equal(400, _calls.FirstAnswerAfter(100));
    }

    [Fact]
    public void The_longest_gap_reaches_over_the_loss_and_ends_with_the_event()
    {
        foreach (long answered in (long[])[0, 500, 510, 600, 800, 1500])
        {
            _calls.Add(answered - 1, answered);
        }
        Assert.Equal(Stopwatch.GetElapsedTime(0, 200), _calls.LongestGap(from: 505, until: 700));
        Assert.Equal(Stopwatch.GetElapsedTime(0, 700), _calls.LongestGap(from: 505));
        Assert.Equal(Stopwatch.GetElapsedTime(0, 500), _calls.LongestGap(from: 500, until: 700));
        Assert.Equal(TimeSpan.Zero, _calls.LongestGap(from: 1501));
    }

    [Fact]
    public void A_gap_is_between_answers_in_the_order_of_their_coming()
    {
        _calls.Add(0, 30);
        _calls.Add(0, 10);
        _calls.Add(0, 20);
        Assert.Equal(Stopwatch.GetElapsedTime(0, 10), _calls.LongestGap(from: 0));
    }

    [Fact]
    public void A_latency_belongs_to_the_time_its_call_was_sent_in()
    {
        _calls.Add(sent: 10, answered: 300);
        _calls.Add(sent: 20, answered: 25);
        _calls.Add(sent: 30, answered: 31);
        Assert.Equal([5, 290], _calls.Latencies(sentFrom: 10, sentUntil: 30));
        Assert.Equal(3, _calls.Count);
    }

    [Fact]
    public void Calls_are_counted_backwards_from_the_last_one()
    {
        _calls.Add(0, 10);
        _calls.Add(0, 20);
        _calls.Add(0, 30);
        Assert.Equal(2, _calls.CountSince(20));
        Assert.Equal(0, _calls.CountSince(31));
    }
}
