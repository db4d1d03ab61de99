using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Tests.Replica;

namespace StateServer.Consensus.Tests.Raft;

/// <summary>A library that is out of action is noticed, whether it knows that itself or not.</summary>
public sealed class LibraryWatchTest : IDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(100);
    private readonly FakeTimeProvider _time = new();
    private readonly RecordedEnd _end = new();
    private readonly LibraryWatch _watch;
    private TaskCompletionSource _turn = new();
    private string? _collapse;
    private bool _isHeldByRight;
    private int _turns;

    public LibraryWatchTest()
    {
        _turn.SetResult();
        _watch = new(() => _collapse, TakeTurn, () => _isHeldByRight, Heartbeat, _time, _end, NullLogger.Instance);
    }

    public void Dispose() => _watch.Dispose();

    [Fact]
    public void One_that_gave_up_on_itself_ends_the_process_at_the_next_look()
    {
        Pass(TimeSpan.FromSeconds(60));
        Assert.Null(_end.Line);
        _collapse = "a state could not be left";
        Pass(Heartbeat);
        Assert.Equal("the consensus library has given up: a state could not be left", _end.Line);
    }

    [Fact]
    public void A_turn_is_taken_each_second_and_a_quick_one_is_no_trouble()
    {
        Pass(TimeSpan.FromSeconds(60));
        Assert.InRange(_turns, 59, 61);
        Assert.Null(_watch.Trouble);
        Assert.Null(_end.Line);
    }

    [Fact]
    public void One_that_hangs_is_told_after_a_while_and_ends_the_process_in_the_end()
    {
        _turn = new();
        Pass(TimeSpan.FromSeconds(5.8));
        Assert.Null(_watch.Trouble);
        Pass(TimeSpan.FromSeconds(0.4));
        Assert.Equal("its consensus hangs: the library has handled nothing for 5 s", _watch.Trouble);
        Pass(TimeSpan.FromSeconds(24.6));
        Assert.Null(_end.Line);
        Pass(TimeSpan.FromSeconds(0.4));
        Assert.Equal("the consensus library hangs: it has handled nothing for 30 s", _end.Line);
        Assert.Equal(1, _turns);
    }

    [Fact]
    public void One_that_goes_on_after_all_is_forgiven()
    {
        _turn = new();
        Pass(TimeSpan.FromSeconds(20));
        Assert.NotNull(_watch.Trouble);
        _turn.SetException(new ObjectDisposedException("lock"));
        Pass(Heartbeat);
        Assert.Null(_watch.Trouble);
        Pass(TimeSpan.FromSeconds(60));
        Assert.Null(_end.Line);
    }

    [Fact]
    public void What_holds_the_lock_by_right_is_not_counted()
    {
        (_turn, _isHeldByRight) = (new(), true);
        Pass(TimeSpan.FromSeconds(600));
        Assert.Null(_watch.Trouble);
        Assert.Null(_end.Line);
        _isHeldByRight = false;
        Pass(TimeSpan.FromSeconds(31));
        Assert.NotNull(_end.Line);
    }

    /// <summary>Found by a bench: a member whose library hung answered its peers' calls, and they vouched for it while no leader could reach it.</summary>
    [Fact]
    public async Task A_member_whose_library_hangs_takes_no_part_and_says_so()
    {
        await using var cluster = new TestCluster(3, direct: true);
        await cluster.StartAsync(0, 1, 2);
        var member = await cluster.LeaderAsync();
        using var release = new ManualResetEventSlim();
        var holding = Task.Run(() => member.Node.Cluster!.ChangeAsync(
            voters =>
            {
                release.Wait();
                return voters;
            },
            CancellationToken.None));
        try
        {
            await Eventually.IsTrueAsync(() => member.Node.Fault?.StartsWith("its consensus hangs", StringComparison.Ordinal) ?? false, "it says so", 60);
            Assert.Equal(member.Node.Fault, member.Node.Status.Fault);
        }
        finally
        {
            release.Set();
        }

        await holding;
        await Eventually.IsTrueAsync(() => member.Node.Fault is null, "it takes part again", 30);
    }

    private Task TakeTurn()
    {
        _turns++;
        return _turn.Task;
    }

    /// <summary>Look by look, as a running process does.</summary>
    private void Pass(TimeSpan span)
    {
        for (var passed = TimeSpan.Zero; passed < span; passed += Heartbeat)
        {
            _time.Advance(Heartbeat);
        }
    }
}
