using System.Collections.Immutable;
using StateServer.Api.Operator;
using StateServer.Client;
using StateServer.Clocks;
using StateServer.Consensus.Status;
using StateServer.Domain.Keyspace;
using StateServer.Reports;
using StateServer.StateServer.Tests.Api.Hosting;

namespace StateServer.StateServer.Tests.Reports;

/// <summary>What <c>status --watch</c> redraws on, and what it doesn't.</summary>
public sealed class StatusFollowingTests
{
    private static readonly ClusterReport Told = Build(SampleCluster.Observations());

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void Indexes_and_ages_are_no_news()
    {
        ImmutableArray<MemberObservation> seen = SampleCluster.Observations();
        seen = seen.SetItem(0, seen[0] with { Status = seen[0].Status! with { CommitIndex = 500, LastIndex = 501 }, LastSeen = SampleCluster.Now.AddSeconds(3) });
        Assert.False(StatusDifference.IsNews(Told, Build(seen)));
    }

    [Fact]
    public void A_leader_s_end_and_a_member_s_illness_are()
    {
        Assert.True(StatusDifference.IsNews(Told, Build(SampleCluster.Observations(withLeader: false))));
        ImmutableArray<MemberObservation> seen = SampleCluster.Observations();
        Assert.True(StatusDifference.IsNews(
            Told, Build(seen.SetItem(1, seen[1] with { Status = seen[1].Status! with { Unhealthy = "log damaged" } }))));
    }

    [Fact]
    public async Task The_model_s_keys_signal_and_other_keys_don_t()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Replica.Restore(Domain.Apply.ReplicatedState.Empty with { FeatureLevel = Domain.Commands.Model.ModelCommand.FirstFeatureLevel });
        await using var client = new StateServerClient(new ClientOptions { Endpoints = [host.Address] });
        await using var signals = new StatusSignals([], client, KeyspaceState.ReservedPrefix, TimeProvider.System, Cancelled);

        // The watch's start, and a signal for each change of the model: one more would be the other key's, which comes before both.
        await NextAsync(signals);
        await client.PutAsync("other", "key", Cancelled);
        foreach (string change in (string[])["bootstrap", "cordon b"])
        {
            host.Replica.Apply(Model.ScenarioWork.Read(change, host.Replica.State.Model), null);
            await NextAsync(signals);
        }

        await Assert.ThrowsAsync<TimeoutException>(() => signals.NextAsync(Cancelled).WaitAsync(TimeSpan.FromMilliseconds(300), Cancelled));
    }

    [Fact]
    public async Task A_member_s_change_signals()
    {
        var time = new ObservedTime();
        await using ApiHost host = await ApiHost.StartAsync(time: time);
        await using var signals = new StatusSignals(
            [$"http://{host.Address}"], null, KeyspaceState.ReservedPrefix, TimeProvider.System, Cancelled);
        await NextAsync(signals);

        host.Replica.Status = host.Replica.Status with { Term = 9 };
        Task changed = NextAsync(signals);
        while (!changed.IsCompleted)
        {
            time.Advance(StatusRounds.Pause);
            await Task.Delay(5, Cancelled);
        }

        await changed;
    }

    private static Task NextAsync(StatusSignals signals) => signals.NextAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(30), Cancelled);

    private static ClusterReport Build(ImmutableArray<MemberObservation> observations) => ClusterReportBuilder.Build(
        observations[0].Status!, observations, SampleCluster.Registered, SampleCluster.Initial, SampleCluster.Now);
}
