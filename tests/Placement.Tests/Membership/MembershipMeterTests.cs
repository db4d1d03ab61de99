using System.Diagnostics.Metrics;

namespace StateServer.Placement.Tests.Membership;

/// <summary>
/// What the loop on the members measures. A schedule runs on the thread that began it, so what other tests measure meanwhile is told
/// apart; which guards hold is one number for the process, and is looked at with nothing beside.
/// </summary>
[Collection(nameof(MembershipMeterTests))]
[CollectionDefinition(nameof(MembershipMeterTests), DisableParallelization = true)]
public sealed class MembershipMeterTests : IDisposable
{
    private readonly List<(string Name, double Value, string Tags)> _measured = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly MeterListener _listener = new();

    public MembershipMeterTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name.StartsWith("stateserver.membership.", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void A_loss_that_heals_is_measured_from_the_last_word_to_full_redundancy()
    {
        Simulation simulation = new(PlantedBug.None, 1);
        simulation.SetTarget(3);
        simulation.Run(60);
        Assert.Equal([], Of("time_to_detect"));
        Assert.InRange(Of("operations", "kind=grow outcome=done").Sum(), 1, 2);
        Assert.Single(Of("time_to_full_redundancy"));

        new FaultInjection(simulation.Cluster).Happen(new(0, FaultKind.Kill, 1));
        simulation.Settle(200);
        Assert.Equal([], simulation.Cluster.Faults);
        Assert.InRange(Assert.Single(Of("time_to_detect")), SimulatedCluster.ReplaceAfter.TotalSeconds, 15);
        double replaced = Assert.Single(Of("time_to_replace"));
        Assert.InRange(replaced, 0.5, 90);

        // The replacement stands in another zone, so a second swap may move a seat back later.
        Assert.InRange(Of("operations", "kind=swap outcome=done").Sum(), 1, 2);
        Assert.True(Of("time_to_full_redundancy").Length >= 2);
        Assert.True(Of("time_to_full_redundancy")[1] >= replaced);
        Assert.True(Of("steps", "kind=AddMemberStep outcome=done").Sum() >= 3);
    }

    [Theory]
    [InlineData(0, "aborted")]
    [InlineData(1, "undone")]
    public void An_operation_whose_newcomer_dies_is_counted_as_aborted_before_its_first_change_and_as_undone_after_it(int deathAt, string outcome)
    {
        Simulation simulation = new(PlantedBug.None, 1);
        simulation.SetTarget(3);
        simulation.Settle(200);
        _measured.Clear();

        // At the operation's beginning, or when the first newcomer has its vote.
        new FaultInjection(simulation.Cluster).Happen(new(0, FaultKind.NewcomerDiesAtStep, deathAt));
        simulation.SetTarget(5);
        simulation.Run(120);
        simulation.Settle(400);
        Assert.Equal([], simulation.Cluster.Faults);
        Assert.Equal(
            new[] { "kind=grow outcome=done", $"kind=grow outcome={outcome}" }.Order(StringComparer.Ordinal),
            _measured.Where(one => one.Name == "operations").Select(one => one.Tags).Order(StringComparer.Ordinal).Distinct());
        Assert.Equal(1, Of("operations", $"kind=grow outcome={outcome}").Sum());
    }

    [Fact]
    public void Each_guard_is_a_number_that_is_one_while_it_holds_something_back()
    {
        Simulation simulation = new(PlantedBug.None, 1);
        simulation.SetTarget(3);
        simulation.Run(60);
        Assert.Equal("contradiction=0 paused=0 quorum=0 rate=0 restored=0", Guards());
        simulation.Cluster.Apply(new Domain.Commands.Membership.SetHealingPauseCommand(true, long.MaxValue, "new disks"));
        simulation.Run(4);
        Assert.Equal("contradiction=0 paused=1 quorum=0 rate=0 restored=0", Guards());
    }

    private string Guards()
    {
        _measured.Clear();
        _listener.RecordObservableInstruments();
        return string.Join(' ', _measured.Where(one => one.Name == "guards").Select(one => $"{one.Tags["guard=".Length..]}={one.Value}"));
    }

    private double[] Of(string name, string? tags = null) =>
        [.. _measured.Where(one => one.Name == name && (tags is null || one.Tags == tags)).Select(one => one.Value)];

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Environment.CurrentManagedThreadId == _thread)
        {
            _measured.Add((instrument.Name["stateserver.membership.".Length..], value, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))));
        }
    }
}
