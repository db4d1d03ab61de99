using StateServer.Domain.Apply;
using StateServer.Domain.Membership;
using StateServer.Local;
using StateServer.StateServer.Tests.Api.Hosting;
using StateServer.StateServer.Tests.Reports;

namespace StateServer.StateServer.Tests.Local;

/// <summary>What <c>down</c> and <c>up</c> do to healing.</summary>
public sealed class LocalHealingTests : IAsyncLifetime
{
    private ApiHost _host = null!;

    private LocalHealing Healing => new([_host.Address]);

    private HealingPause? Pause => _host.Replica.State.Membership.Pause;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync();
        _host.Replica.Status = _host.Replica.Status with { Leader = SampleCluster.Ids[0] };
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Down_pauses_it_without_end_and_up_resumes_it()
    {
        Restore(target: 3, null);
        Assert.Null(await Healing.PauseAsync());
        Assert.Equal(new HealingPause(long.MaxValue, LocalHealing.Why), Pause);
        Assert.Null(await Healing.ResumeAsync([], TestContext.Current.CancellationToken));
        Assert.Null(Pause);
    }

    [Fact]
    public async Task Where_not_all_are_back_it_stays_paused_and_the_way_out_is_told()
    {
        Restore(target: 3, new HealingPause(long.MaxValue, LocalHealing.Why));
        Assert.Equal(
            "Healing stays paused, since not all are back (server-1, server-2); 'stateserver healing resume' lets them be replaced, ten minutes after they announced their stop.",
            await Healing.ResumeAsync(["server-1", "server-2"], TestContext.Current.CancellationToken));
        Assert.NotNull(Pause);
    }

    [Fact]
    public async Task An_operators_pause_is_left_alone()
    {
        var mine = new HealingPause(long.MaxValue, "new disks");
        Restore(target: 3, mine);
        Assert.Null(await Healing.PauseAsync());
        Assert.Equal(mine, Pause);
        Assert.Null(await Healing.ResumeAsync([], TestContext.Current.CancellationToken));
        Assert.Equal(mine, Pause);
    }

    [Fact]
    public async Task Where_nobody_asked_for_availability_there_is_nothing_to_pause()
    {
        Restore(target: 0, null);
        Assert.Null(await Healing.PauseAsync());
        Assert.Null(Pause);
    }

    [Fact]
    public async Task Where_nobody_answers_that_is_told_and_nothing_is_thrown()
    {
        await _host.DisposeAsync();
        Assert.NotNull(await Healing.PauseAsync());
    }

    private void Restore(int target, HealingPause? pause) => _host.Replica.Restore(ReplicatedState.Empty with
    {
        FeatureLevel = 4,
        Members = SampleCluster.Registered,
        Membership = MembershipState.Empty with { Target = target, Pause = pause, Voters = [.. SampleCluster.Ids] },
    });
}
