using System.Collections.Immutable;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using StateServer.Api.Model;
using StateServer.Client;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Reads;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.StateServer.Tests.Api.Hosting;
using StateServer.StateServer.Tests.Model;
using static StateServer.StateServer.Tests.Api.Hosting.Failures;
using Wire = StateServer.Protos.Operator;

namespace StateServer.StateServer.Tests.Api;

/// <summary>What the model's service does beyond what the scenarios show: retries, dry runs, faults, reads, events that are followed.</summary>
public sealed class ModelServiceTests : IAsyncLifetime
{
    private readonly FakePlanner _planner = new();
    private readonly FakeZones _zones = new();
    private ApiHost _host = null!;
    private Wire.Model.ModelClient _model = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync(
            more: services => services.AddSingleton<IPlanPreview>(_planner).AddSingleton<IZoneDirectory>(_zones));
        _host.Replica.Restore(ReplicatedState.Empty with { FeatureLevel = ModelCommand.FirstFeatureLevel });
        Work("bootstrap mem=2G");
        _model = new Wire.Model.ModelClient(_host.Channel);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_retry_of_a_deploy_is_answered_with_the_first_outcome_and_deploys_once()
    {
        var opened = await new Protos.Client.Sessions.SessionsClient(_host.Channel).OpenAsync(new(), cancellationToken: Cancelled);
        var request = new Wire.AddUnitsRequest { Service = "web", Units = 2 };
        await _model.DeployAsync(new Wire.DeployRequest { Service = "web", Units = 1 }, Session(opened.Session, 1), cancellationToken: Cancelled);
        Wire.ChangeResponse first = await _model.AddUnitsAsync(request, Session(opened.Session, 2), cancellationToken: Cancelled);
        Wire.ChangeResponse again = await _model.AddUnitsAsync(request, Session(opened.Session, 2), cancellationToken: Cancelled);

        Assert.Equal(["web/1", "web/2"], first.Units);
        Assert.Equal(first, again);
        Assert.Equal(3, _host.Replica.State.Model.Units.Count);
    }

    [Fact]
    public async Task A_deploy_whose_answer_is_lost_behind_the_commit_is_asked_of_another_member_and_done_once()
    {
        AnswerLoss[] losses = [new("AddUnits"), new("AddUnits")];
        await using ApiHost one = await ApiHost.StartAsync(more: Losing(losses[0]), replica: _host.Replica);
        await using ApiHost other = await ApiHost.StartAsync(more: Losing(losses[1]), replica: _host.Replica);
        await using var client = new StateServerClient(new ClientOptions { Endpoints = [one.Address, other.Address], ExactlyOnceWrites = true });
        await client.DeployAsync(new Wire.DeployRequest { Service = "web" }, Cancelled);
        Array.ForEach(losses, loss => loss.LoseNext(1));

        Wire.ChangeResponse answer = await client.AddUnitsAsync(new Wire.AddUnitsRequest { Service = "web", Units = 3 }, Cancelled);

        Assert.Equal(["web/0", "web/1", "web/2"], answer.Units);
        Assert.Equal(3, _host.Replica.State.Model.Units.Count);
        Assert.All(losses, loss => Assert.InRange(loss.Calls, 1, 2));
        RequestId?[] sent = [.. _host.Replica.Requests.TakeLast(losses.Sum(loss => loss.Calls))];
        Assert.Equal(3, sent.Length);
        Assert.Single(sent.Select(id => (id!.Value.Session, id.Value.Sequence)).Distinct());

        static Action<IServiceCollection> Losing(AnswerLoss loss) => services => services
            .AddSingleton(loss)
            .AddGrpc(options => options.Interceptors.Add<AnswerLoss>());
    }

    [Fact]
    public async Task A_request_whose_outcome_stayed_unknown_is_retried_by_its_id_from_another_client()
    {
        AnswerLoss loss = new("AddUnits");
        await using ApiHost host = await ApiHost.StartAsync(
            more: services => services.AddSingleton(loss).AddGrpc(options => options.Interceptors.Add<AnswerLoss>()), replica: _host.Replica);
        var options = new ClientOptions { Endpoints = [host.Address], ExactlyOnceWrites = true, MaxAttempts = 1 };
        var request = new Wire.AddUnitsRequest { Service = "web", Units = 3 };
        WriteId? id;
        await using (var client = new StateServerClient(options))
        {
            await client.DeployAsync(new Wire.DeployRequest { Service = "web" }, Cancelled);
            loss.LoseNext(1);
            var unknown = await Assert.ThrowsAsync<Client.Failures.OutcomeUnknownException>(() => client.AddUnitsAsync(request, Cancelled));
            id = unknown.Write;
        }

        await using var second = new StateServerClient(options with { Resumed = WriteId.Parse(id.ToString()!) });
        Assert.Equal(["web/0", "web/1", "web/2"], (await second.AddUnitsAsync(request, Cancelled)).Units);
        Assert.Equal(3, _host.Replica.State.Model.Units.Count);
    }

    /// <summary>One of each kind, so that no client need read the words.</summary>
    [Fact]
    public async Task Refusals_have_a_code_for_each_kind()
    {
        await _model.DeployAsync(new Wire.DeployRequest { Service = "web", Units = 1 }, cancellationToken: Cancelled);
        AssertFailure(
            await FailureOf(async () => await _model.DeployAsync(new Wire.DeployRequest { Service = "Web" })),
            StatusCode.InvalidArgument,
            "stateserver: invalid service name \"Web\"; give small letters, digits and single hyphens between them, a letter first, 63 characters at most",
            "no");
        AssertFailure(
            await FailureOf(async () => await _model.ExposeAsync(new Wire.ExposeRequest { Service = "db", Ports = { 80 } })),
            StatusCode.NotFound,
            "stateserver: service \"db\" not found",
            "no");
        AssertFailure(
            await FailureOf(async () => await _model.DeployAsync(new Wire.DeployRequest { Service = "web" })),
            StatusCode.AlreadyExists,
            "stateserver: cannot add service \"web\": service already exists",
            "no");
        Work("place web/0 in a");
        AssertFailure(
            await FailureOf(async () => await _model.RemoveMachinesAsync(new Wire.RemoveMachinesRequest { Machines = { "0" } })),
            StatusCode.FailedPrecondition,
            "stateserver: machine 0 has unit \"web/0\" assigned; remove the units first, or use --force",
            "no");
        for (int zone = 0; zone < ModelLimits.MostZones; zone++)
        {
            Work($"cordon z{zone}");
        }

        RpcException full = await FailureOf(async () => await _model.CordonAsync(new Wire.CordonRequest { Subject = "b" }));
        AssertFailure(
            full, StatusCode.ResourceExhausted, "stateserver: 256 zones are cordoned or passed over: uncordon some first", "no");

        // Our client believes it at once, and doesn't try ten times.
        int proposals = _host.Replica.Requests.Count;
        await using var client = new StateServerClient(new ClientOptions { Endpoints = [_host.Address], ExactlyOnceWrites = true });
        await Assert.ThrowsAsync<Client.Failures.RequestRefusedException>(
            () => client.CordonAsync(new Wire.CordonRequest { Subject = "b" }, Cancelled));
        Assert.Equal(1, _host.Replica.Requests.Skip(proposals).Count(id => id is not null));
    }

    [Fact]
    public async Task A_dry_run_tells_the_plan_of_the_changed_state_and_changes_nothing()
    {
        long revision = _host.Replica.State.Keyspace.Revision.Value;
        Wire.ChangeResponse answer = await _model.DeployAsync(
            new Wire.DeployRequest { Service = "web", Units = 2, DryRun = true }, cancellationToken: Cancelled);

        Assert.Equal(["web/0", "web/1"], answer.Units);
        Assert.Equal(revision, answer.Revision);
        Assert.Equal(["place web/0", "place web/1"], answer.Plan.Steps.Select(s => s.Action));
        Assert.Equal(["it is the emptiest zone"], answer.Plan.Steps[0].Reasons);
        Assert.Equal(["something"], answer.Plan.Awaited);
        Assert.Empty(_host.Replica.State.Model.Services);
        Assert.Equal(revision, _host.Replica.State.Keyspace.Revision.Value);
    }

    [Fact]
    public async Task A_dry_run_of_a_removal_tells_what_goes_and_what_stays()
    {
        await _model.DeployAsync(new Wire.DeployRequest { Service = "web", Units = 3 }, cancellationToken: Cancelled);
        await _model.DeployAsync(new Wire.DeployRequest { Service = "db", Units = 1 }, cancellationToken: Cancelled);
        Wire.ChangeResponse answer = await _model.RemoveUnitsAsync(
            new Wire.RemoveUnitsRequest { Units = { "web/2", "web/0" }, DryRun = true }, cancellationToken: Cancelled);
        Assert.Equal(
            ["remove web/0, which has no machine", "remove web/2, which has no machine", "place db/0", "place web/1"],
            answer.Plan.Steps.Select(s => s.Action));

        answer = await _model.RemoveServiceAsync(new Wire.RemoveServiceRequest { Service = "db", DryRun = true }, cancellationToken: Cancelled);
        Assert.Equal(
            ["remove db/0, which has no machine", "remove service db"], answer.Plan.Steps.Select(s => s.Action).Where(a => a.StartsWith("remove", StringComparison.Ordinal)));
        Assert.Equal(4, _host.Replica.State.Model.Units.Count);
    }

    [Fact]
    public async Task Fewer_units_are_chosen_not_removed_and_never_more_than_there_are()
    {
        await _model.DeployAsync(new Wire.DeployRequest { Service = "web", Units = 3 }, cancellationToken: Cancelled);
        Wire.ChooseUnitsToRemoveResponse chosen = await _model.ChooseUnitsToRemoveAsync(
            new Wire.ChooseUnitsToRemoveRequest { Service = "web", Units = 2 }, cancellationToken: Cancelled);
        Assert.Equal(["web/2", "web/1"], chosen.Units);
        Assert.Equal(3, _host.Replica.State.Model.Units.Count);
        AssertFailure(
            await FailureOf(async () => await _model.ChooseUnitsToRemoveAsync(new Wire.ChooseUnitsToRemoveRequest { Service = "web", Units = 4 })),
            StatusCode.FailedPrecondition,
            "stateserver: service \"web\" has 3 units that can be removed, not 4",
            "no");
        AssertFailure(
            await FailureOf(async () => await _model.ChooseUnitsToRemoveAsync(new Wire.ChooseUnitsToRemoveRequest { Service = "none", Units = 1 })),
            StatusCode.NotFound,
            "stateserver: service \"none\" not found",
            "no");
    }

    [Fact]
    public async Task A_dry_run_is_refused_as_the_command_would_be()
    {
        AssertFailure(
            await FailureOf(async () => await _model.AddUnitsAsync(new Wire.AddUnitsRequest { Service = "web", Units = 1, DryRun = true })),
            StatusCode.NotFound,
            "stateserver: service \"web\" not found",
            "no");
        Assert.Equal(0, _planner.Asked);
    }

    [Fact]
    public async Task A_member_that_can_t_plan_says_so_and_another_may_be_asked()
    {
        _planner.Fault = new PlanUnavailableException("this member doesn't lead");
        AssertFailure(
            await FailureOf(async () => await _model.DeployAsync(new Wire.DeployRequest { Service = "web", DryRun = true })),
            StatusCode.Unavailable,
            "stateserver: this member doesn't lead",
            "no");
    }

    [Fact]
    public async Task The_service_s_constraints_are_merged_with_the_environment_s()
    {
        await _model.DeployAsync(new Wire.DeployRequest { Service = "web", Constraints = "cpu-cores=2" }, cancellationToken: Cancelled);
        ServiceRecord web = _host.Replica.State.Model.Services[new ServiceName("web")];
        Assert.Equal((2048, 2, "noble"), ((int)web.Constraints.MemoryMiB!, web.Constraints.CpuCores!.Value, web.Series));
    }

    [Theory]
    [InlineData(ProposalRefusal.NoLeader, StatusCode.Unavailable, "etcdserver: no leader")]
    [InlineData(ProposalRefusal.QueueFull, StatusCode.ResourceExhausted, "etcdserver: too many requests")]
    public async Task A_refused_proposal_is_told_as_not_executed(ProposalRefusal reason, StatusCode code, string detail)
    {
        _host.Replica.ProposalFault = new ProposalRefusedException(reason, "test");
        AssertFailure(await FailureOf(async () => await _model.UnexposeAsync(new Wire.UnexposeRequest { Service = "web" })), code, detail, "no");
    }

    [Fact]
    public async Task An_unknown_outcome_is_told_as_unknown()
    {
        _host.Replica.ProposalFault = new OutcomeUnknownException(UnknownReason.LeaderChanged, "test");
        AssertFailure(
            await FailureOf(async () => await _model.DeployAsync(new Wire.DeployRequest { Service = "web" })),
            StatusCode.Unavailable,
            "etcdserver: request timed out, possibly due to previous leader failure",
            "unknown");
    }

    [Fact]
    public async Task Reads_are_linearizable_unless_asked_otherwise()
    {
        _host.Replica.ReadFault = new ReadRefusedException(ReadRefusal.NoLeader, "test");
        AssertFailure(
            await FailureOf(async () => await _model.GetModelAsync(new Wire.GetModelRequest())), StatusCode.Unavailable, "etcdserver: no leader", "no");
        Wire.GetModelResponse own = await _model.GetModelAsync(new Wire.GetModelRequest { Serializable = true }, cancellationToken: Cancelled);
        Assert.Equal("test", own.Environment.Name);
        Assert.Equal(
            "mem=2048M",
            (await _model.GetConstraintsAsync(new Wire.GetConstraintsRequest { Serializable = true }, cancellationToken: Cancelled)).Constraints);
    }

    [Fact]
    public async Task Values_of_variables_are_never_told()
    {
        var request = new Wire.DeployRequest { Service = "web" };
        request.Environment.Add("PASSWORD", "hunter2");
        await _model.DeployAsync(request, cancellationToken: Cancelled);
        Wire.GetModelResponse model = await _model.GetModelAsync(new Wire.GetModelRequest(), cancellationToken: Cancelled);
        Assert.Equal(["PASSWORD"], model.Services[0].Variables);
        Assert.DoesNotContain("hunter2", model.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_are_followed_from_where_the_client_got_to()
    {
        using var call = _model.Events(new Wire.EventsRequest { Follow = true, After = 1 }, cancellationToken: Cancelled);
        Work("cordon b");
        Assert.True(await call.ResponseStream.MoveNext(Cancelled));
        Assert.Equal((2L, "cordoned", "zone b"), (call.ResponseStream.Current.Number, call.ResponseStream.Current.Kind, call.ResponseStream.Current.Subject));
        Work("cordon c");
        Assert.True(await call.ResponseStream.MoveNext(Cancelled));
        Assert.Equal(3, call.ResponseStream.Current.Number);
    }

    [Fact]
    public async Task A_follower_of_events_that_falls_behind_what_is_kept_is_told_of_the_gap()
    {
        using var call = _model.Events(new Wire.EventsRequest { Follow = true }, cancellationToken: Cancelled);
        Assert.True(await call.ResponseStream.MoveNext(Cancelled));
        ReplicatedState state = _host.Replica.State;
        ImmutableList<ModelEvent> newer =
            [.. Enumerable.Range(50, 3).Select(n => new ModelEvent(n, 0, ModelEventKind.ZonesCleared, "environment", "later"))];
        _host.Replica.Restore(state with { AppliedIndex = state.AppliedIndex + 1, Model = state.Model with { Events = newer, LastEvent = 52 } });
        Work("cordon z");

        Assert.True(await call.ResponseStream.MoveNext(Cancelled));
        Assert.Equal((49L, "gap", "events 2 to 49 are not kept any more"), (call.ResponseStream.Current.Number, call.ResponseStream.Current.Kind, call.ResponseStream.Current.Text));
        Assert.True(await call.ResponseStream.MoveNext(Cancelled));
        Assert.Equal(50, call.ResponseStream.Current.Number);
    }

    [Fact]
    public async Task A_follower_that_comes_back_is_told_of_what_went_by_meanwhile()
    {
        ImmutableList<ModelEvent> kept =
            [.. Enumerable.Range(50, 3).Select(n => new ModelEvent(n, 0, ModelEventKind.ZonesCleared, "environment", "later"))];
        ReplicatedState state = _host.Replica.State;
        _host.Replica.Restore(state with { Model = state.Model with { Events = kept, LastEvent = 52 } });
        Assert.Equal([49L, 50, 51, 52], await NumbersAsync(new Wire.EventsRequest { After = 20 }));
        Assert.Equal([50L, 51, 52], await NumbersAsync(new Wire.EventsRequest { After = 49 }));
        Assert.Equal([50L, 51, 52], await NumbersAsync(new Wire.EventsRequest()));
        Assert.Equal([52L], await NumbersAsync(new Wire.EventsRequest { After = 20, Most = 1 }));

        async Task<List<long>> NumbersAsync(Wire.EventsRequest request)
        {
            using var call = _model.Events(request, cancellationToken: Cancelled);
            List<long> numbers = [];
            while (await call.ResponseStream.MoveNext(Cancelled))
            {
                numbers.Add(call.ResponseStream.Current.Number);
            }

            return numbers;
        }
    }

    [Fact]
    public async Task Following_ends_when_the_member_stops()
    {
        using var call = _model.Events(new Wire.EventsRequest { Follow = true, After = 1 }, cancellationToken: Cancelled);
        Work("cordon b");
        Assert.True(await call.ResponseStream.MoveNext(Cancelled));
        _host.BeginStop();
        RpcException failure = await FailureOf(async () => await call.ResponseStream.MoveNext(Cancelled));
        Assert.Equal((StatusCode.Unavailable, "etcdserver: server stopped"), (failure.StatusCode, failure.Status.Detail));
    }

    [Fact]
    public async Task Zones_are_the_provider_s_together_with_what_is_remembered()
    {
        _zones.Zones = [new ProviderZone(new Zone("a"), true, "available"), new ProviderZone(new Zone("b"), false, "impaired")];
        _host.Replica.Apply(new AddMachinesCommand(1, "noble", Constraints.None, PlacementDirective.None), null);
        Work("launch 0 in b");
        Work("failed 0 full");
        Wire.ListZonesResponse zones = await _model.ListZonesAsync(new Wire.ListZonesRequest(), cancellationToken: Cancelled);
        Assert.True(zones.Complete);
        Assert.Equal([("a", true, ""), ("b", false, "full")], zones.Zones.Select(z => (z.Name, z.Available, z.Message)));

        _zones.Zones = null;
        zones = await _model.ListZonesAsync(new Wire.ListZonesRequest(), cancellationToken: Cancelled);
        Assert.False(zones.Complete);
        Assert.Equal(["b"], zones.Zones.Select(z => z.Name));
    }

    [Fact]
    public async Task An_explanation_has_the_planner_s_candidates()
    {
        await _model.DeployAsync(new Wire.DeployRequest { Service = "web", Units = 1 }, cancellationToken: Cancelled);
        Wire.ExplainResponse answer = await _model.ExplainAsync(new Wire.ExplainRequest { Subject = "web/0" }, cancellationToken: Cancelled);
        Assert.Equal("", answer.WithoutPlan);
        Assert.Equal([("a", true, ""), ("b", false, "CordonedZone")], answer.Zones.Select(z => (z.Name, z.Chosen, z.FilteredBy)));
        Assert.Equal(("group", 1L), (answer.Zones[0].Scores[0].Rule, answer.Zones[0].Scores[0].Value));

        _planner.Fault = new PlanUnavailableException("this member doesn't lead");
        answer = await _model.ExplainAsync(new Wire.ExplainRequest { Subject = "web/0" }, cancellationToken: Cancelled);
        Assert.Equal("this member doesn't lead", answer.WithoutPlan);
    }

    private static Metadata Session(long session, long sequence) => new()
    {
        { CallMetadata.Session, $"{session}" },
        { CallMetadata.Sequence, $"{sequence}" },
        { CallMetadata.LowestUnanswered, $"{sequence}" },
    };

    private void Work(string line) => _host.Replica.Apply(ScenarioWork.Read(line, _host.Replica.State.Model), null);
}
