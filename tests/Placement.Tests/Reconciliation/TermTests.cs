using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Reports;
using StateServer.Placement.Reconciliation;
using StateServer.Placement.Reconciliation.Acting;
using StateServer.Placement.Reconciliation.Explaining;
using StateServer.Placement.Reconciliation.Observing;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Tests.Reconciliation;

/// <summary>What a term's parts must not do alone: speak for another term, wait for ever, or tell too often.</summary>
public sealed class TermTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_command_of_an_old_term_is_refused_though_this_member_leads_again()
    {
        var log = new SimulatedLog(_time);
        var old = new TermLog(log, 1);
        log.Elect(2);
        Assert.False(old.IsLeading);
        await Assert.ThrowsAsync<ModelLogException>(() => old.ProposeAsync(new ClearAvoidedZonesCommand([new Zone("a")]), TestContext.Current.CancellationToken));
        Assert.Empty(log.Proposed);
    }

    [Fact]
    public async Task Who_waits_for_a_complete_listing_gives_up_and_makes_room_for_others()
    {
        var provider = new SimulatedProvider { ListsNothing = true };
        var options = new ReconciliationOptions();
        var watch = new ProviderWatch(
            provider, new EnvironmentId(7), () => ModelState.Empty.Machines, options, _time, new CauseLog(NullLogger.Instance));
        using var stop = new CancellationTokenSource();
        var watching = watch.RunAsync(stop.Token);
        var began = _time.GetUtcNow();
        var waiting = watch.NextCompleteListingAsync(stop.Token);
        while (!waiting.IsCompleted)
        {
            Assert.True(_time.GetUtcNow() - began < options.ProviderTimeout * 4, "it waits for ever");
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await Assert.ThrowsAsync<TimeoutException>(() => waiting);
        await stop.CancelAsync();
        await watching;
    }

    /// <summary>Providers put numbers into their words: a notice that changes all the time is written once a minute.</summary>
    [Fact]
    public async Task A_notice_that_changes_its_words_is_held_back_and_its_end_is_not()
    {
        await using var world = new World();
        var (log, time) = (world.Log, world.Time);
        var board = new NoticeBoard(new TermLog(log, 1), time);
        for (var second = 0; second < 90; second++)
        {
            await board.TellAsync(log.State.Model, null, $"request {second} failed", TestContext.Current.CancellationToken);
            await board.TellAsync(log.State.Model, null, $"request {second} failed again", TestContext.Current.CancellationToken);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["request 0 failed", "request 60 failed"], log.Proposed.OfType<NoteWaitingCommand>().Select(note => note.Notice));
        await board.TellAsync(log.State.Model, null, null, TestContext.Current.CancellationToken);
        Assert.Equal("request 60 failed", log.State.Model.Notice);
        time.Advance(TimeSpan.FromSeconds(1));
        await board.TellAsync(log.State.Model, null, "", TestContext.Current.CancellationToken);
        Assert.Equal("", log.State.Model.Notice);
    }

    /// <summary>A quota is waited out from the attempt's end while its message stands; a note in its place would hold it up, or let it go.</summary>
    [Fact]
    public async Task A_machine_whose_own_failure_is_told_keeps_that_line()
    {
        await using var world = new World();
        var machine = new MachineId(0);
        world.Log.Apply(new AddMachinesCommand(1, "noble", Constraints.None, PlacementDirective.None));
        world.Log.Apply(new BeginLaunchCommand(machine, 1, new Zone("a"), new string('0', 64)));
        world.Log.Apply(new EndLaunchCommand(machine, 1, LaunchOutcome.QuotaExceeded, null, "quota"));
        PlanReport report = new([Decision.Plain(null, machine, "", "no zone is left")], "", null, false);
        Assert.Null(WaitNotes.Of(world.Model, report, ""));
        world.Log.Apply(new BeginLaunchCommand(machine, 2, new Zone("a"), new string('0', 64)));
        world.Log.Apply(new EndLaunchCommand(machine, 2, LaunchOutcome.CapacityExhausted, null, "no room"));
        Assert.Equal([new MachineNote(machine, "no zone is left")], WaitNotes.Of(world.Model, report, "")!.Machines);
    }

    [Fact]
    public async Task Notes_fill_one_command_and_no_more()
    {
        await using var world = new World();
        for (var deploys = 0; deploys < 2; deploys++)
        {
            world.Deploy($"web{(char)('a' + deploys)}", ModelLimits.MostPerCommand);
        }

        PlanReport report = new(
            [.. new[] { "weba", "webb" }.Select(service => Decision.Plain(new UnitName(new ServiceName(service), 0), null, "", "no zone is left"))], "", null, false);
        Assert.Equal(ModelLimits.MostPerCommand, WaitNotes.Of(world.Model, report, "")!.Units.Length);
        world.Log.Apply(WaitNotes.Of(world.Model, report, "")!);
        world.Log.Apply(WaitNotes.Of(world.Model, report, "")!);
        Assert.Null(WaitNotes.Of(world.Model, report, ""));
    }
}
