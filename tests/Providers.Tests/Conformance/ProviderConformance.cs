using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Providers.Tests.Conformance;

/// <summary>
/// What every provider must do. A provider's own tests derive from it and say how its faults are brought about; a cloud's do so
/// with a stand-in for its API.
/// </summary>
public abstract class ProviderConformance
{
    private static readonly EnvironmentId Ours = new(0xA11CE), Theirs = new(0xB0B);

    /// <summary>The provider.</summary>
    protected abstract IInstanceProvider Provider { get; }

    /// <summary>The same account, asked with credentials that may not.</summary>
    protected abstract IInstanceProvider Unauthorized { get; }

    /// <summary>A zone with room for two machines at least.</summary>
    protected abstract Zone Zone { get; }

    /// <summary>Another such zone.</summary>
    protected abstract Zone OtherZone { get; }

    /// <summary>How long a machine may take to run, or to be gone. Nothing waits longer than it must.</summary>
    protected virtual TimeSpan Patience => TimeSpan.FromSeconds(90);

    /// <summary>Leaves no room in <see cref="Zone"/>.</summary>
    protected abstract Task ExhaustAsync();

    /// <summary>Makes <see cref="Zone"/> unusable until disposal.</summary>
    protected abstract Task<IAsyncDisposable> MakeUnavailableAsync();

    /// <summary>Lets every call fail for a reason that passes, until disposal.</summary>
    protected abstract Task<IAsyncDisposable> MakeTransientAsync();

    /// <summary>Launches so that it happens and the caller doesn't learn of it.</summary>
    protected abstract Task LaunchAndLoseAnswerAsync(LaunchRequest request);

    /// <summary>Launches so that it fails half-way, after something was made.</summary>
    protected abstract Task FailHalfWayAsync(LaunchRequest request);

    /// <summary>What the account holds beside instances, such as folders, addresses and disks.</summary>
    protected abstract IEnumerable<string> Belongings();

    [Fact]
    public async Task Zones_are_listed_in_order_with_their_state()
    {
        ImmutableArray<ZoneObservation> zones = await Provider.ListZonesAsync(default);
        Assert.Equal(zones.Select(z => z.Zone).Order(), zones.Select(z => z.Zone));
        Assert.True(Assert.Single(zones, z => z.Zone == Zone).IsAvailable);
        Assert.True(Assert.Single(zones, z => z.Zone == OtherZone).IsAvailable);
        Assert.All(zones, z => Assert.NotEmpty(z.State));
    }

    [Fact]
    public async Task A_launch_stands_in_its_zone_with_its_tags_and_comes_to_run()
    {
        LaunchRequest request = Request(7, zone: OtherZone) with { Attempt = 2 };
        Instance made = await Provider.LaunchAsync(request, default);
        Assert.Contains(made.State, new[] { InstanceState.Pending, InstanceState.Running });

        Instance running = await ListedAsync(made.Id, InstanceState.Running);
        Assert.Equal(OtherZone, running.Zone);
        Assert.Equal(request.Tags, running.Tags);
        Assert.Equal(2, running.Attempt);
        Assert.NotNull(running.Address);
    }

    [Fact]
    public async Task Machines_keep_what_they_are_for_and_a_state_servers_ends_as_any_other()
    {
        LaunchRequest units = Request(1), member = Request(2);
        member = member with { Tags = member.Tags with { Role = InstanceRole.StateServer } };
        Instance one = await Provider.LaunchAsync(units, default), other = await Provider.LaunchAsync(member, default);

        Assert.Equal(InstanceRole.Units, (await ListedAsync(one.Id, InstanceState.Running)).Tags.Role);
        Assert.Equal(InstanceRole.StateServer, (await ListedAsync(other.Id, InstanceState.Running)).Tags.Role);
        Assert.Equal(other.Id, (await Provider.LaunchAsync(member, default)).Id);
        await Provider.TerminateAsync(Ours, other.Id, default);
        Assert.Equal(one.Id, Assert.Single(await ListAsync(Ours), i => i.State is InstanceState.Running or InstanceState.Pending).Id);
    }

    [Fact]
    public async Task The_same_attempt_asked_twice_makes_one_instance()
    {
        Instance first = await Provider.LaunchAsync(Request(1), default);
        Instance again = await Provider.LaunchAsync(Request(1), default);
        Assert.Equal(first.Id, again.Id);
        Assert.Equal(first.Id, Assert.Single(await ListAsync(Ours)).Id);
    }

    [Fact]
    public async Task The_same_attempt_asked_by_many_at_once_makes_one_instance()
    {
        Instance[] all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Provider.LaunchAsync(Request(1), default))));
        Assert.Single(all.Select(i => i.Id).Distinct());
        Assert.Single(await ListAsync(Ours));
    }

    [Fact]
    public async Task The_same_attempt_with_other_bytes_is_refused()
    {
        LaunchRequest request = Request(1);
        Instance made = await Provider.LaunchAsync(request, default);
        LaunchRequest[] others =
        [
            request with { UserData = [.. request.UserData, 0] },
            request with { Zone = OtherZone },
            request with { Series = "noble" },
            request with { Constraints = Constraints.None with { CpuCores = 1 } },
            request with { Tags = request.Tags with { Role = InstanceRole.StateServer } },
        ];
        foreach (LaunchRequest other in others)
        {
            var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => Provider.LaunchAsync(other, default));
            Assert.Equal(LaunchOutcome.InvalidRequest, refused.Outcome);
        }

        Assert.Equal(made.Id, Assert.Single(await ListAsync(Ours)).Id);
        Assert.Equal(made.Id, (await Provider.LaunchAsync(request, default)).Id);
    }

    [Fact]
    public async Task Another_attempt_and_another_incarnation_make_instances_of_their_own()
    {
        LaunchRequest request = Request(1);
        await Provider.LaunchAsync(request, default);
        await Provider.LaunchAsync(request with { Attempt = 2 }, default);
        await Provider.LaunchAsync(request with { Tags = request.Tags with { Incarnation = 2 }, Zone = OtherZone }, default);
        Assert.Equal(3, (await ListAsync(Ours)).Length);
    }

    [Fact]
    public async Task A_listing_holds_one_environments_instances_and_is_complete()
    {
        Instance ours = await Provider.LaunchAsync(Request(0), default);
        Instance theirs = await Provider.LaunchAsync(Request(0, Theirs, OtherZone), default);
        Assert.NotEqual(ours.Id, theirs.Id);
        Assert.Equal(ours.Id, Assert.Single(await ListAsync(Ours)).Id);
        Assert.Equal(theirs.Id, Assert.Single(await ListAsync(Theirs)).Id);
        Assert.Empty(await ListAsync(new EnvironmentId(3)));
    }

    [Fact]
    public async Task A_terminated_instance_is_gone_with_what_belonged_to_it()
    {
        string[] before = [.. Belongings()];
        Instance made = await Provider.LaunchAsync(Request(1), default);
        await ListedAsync(made.Id, InstanceState.Running);
        Assert.NotEqual(before, Belongings());

        await Provider.TerminateAsync(Ours, made.Id, default);
        await GoneAsync(made.Id);
        Assert.Equal(before, Belongings());
    }

    [Fact]
    public async Task To_terminate_twice_or_what_never_was_is_no_error()
    {
        Instance made = await Provider.LaunchAsync(Request(1), default);
        await Provider.TerminateAsync(Ours, made.Id, default);
        await Provider.TerminateAsync(Ours, made.Id, default);
        await Provider.TerminateAsync(Ours, new InstanceId("never-was"), default);
        await GoneAsync(made.Id);
    }

    [Fact]
    public async Task An_instance_of_another_environment_is_left_alone()
    {
        Instance theirs = await Provider.LaunchAsync(Request(1, Theirs), default);
        await Assert.ThrowsAsync<InvalidRequestException>(() => Provider.TerminateAsync(Ours, theirs.Id, default));
        await ListedAsync(theirs.Id, InstanceState.Running, Theirs);
    }

    [Fact]
    public async Task A_late_request_for_a_terminated_attempt_launches_nothing()
    {
        Instance made = await Provider.LaunchAsync(Request(1), default);
        await Provider.TerminateAsync(Ours, made.Id, default);
        Instance late = await Provider.LaunchAsync(Request(1), default);
        Assert.Equal(made.Id, late.Id);
        Assert.Contains(late.State, new[] { InstanceState.Terminating, InstanceState.Terminated });
        await GoneAsync(made.Id);
    }

    [Fact]
    public async Task An_unknown_zone_is_named()
    {
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => Provider.LaunchAsync(Request(1, zone: new Zone("x")), default));
        Assert.Equal("invalid availability zone \"x\"", refused.Message);
        Assert.Empty(await ListAsync(Ours));
    }

    [Fact]
    public async Task What_no_provider_takes_is_refused()
    {
        LaunchRequest request = Request(1);
        LaunchRequest[] wrong =
        [
            request with { UserData = [.. new byte[LaunchRequest.MostUserDataBytes + 1]] },
            request with { Attempt = 0 },
            request with { Tags = request.Tags with { Environment = default } },
            request with { Tags = request.Tags with { Incarnation = 0 } },
            request with { Tags = request.Tags with { Machine = new MachineId(-1) } },
        ];
        foreach (LaunchRequest other in wrong)
        {
            await Assert.ThrowsAsync<InvalidRequestException>(() => Provider.LaunchAsync(other, default));
        }

        await Provider.LaunchAsync(request with { UserData = [.. new byte[LaunchRequest.MostUserDataBytes]] }, default);
        Assert.Single(await ListAsync(Ours));
    }

    [Fact]
    public async Task A_zone_without_room_is_named_and_another_still_takes_machines()
    {
        await ExhaustAsync();
        string[] before = [.. Belongings()];
        var full = await Assert.ThrowsAsync<CapacityExhaustedException>(() => Provider.LaunchAsync(Request(1), default));
        Assert.Equal(Zone, full.Zone);
        Assert.Equal(LaunchOutcome.CapacityExhausted, full.Outcome);
        Assert.Equal(before, Belongings());
        await ListedAsync((await Provider.LaunchAsync(Request(1, zone: OtherZone) with { Attempt = 2 }, default)).Id, InstanceState.Running);
    }

    [Fact]
    public async Task An_unavailable_zone_says_so_until_it_is_healed()
    {
        await using (await MakeUnavailableAsync())
        {
            var failed = await Assert.ThrowsAsync<ZoneUnavailableException>(() => Provider.LaunchAsync(Request(1), default));
            Assert.Equal(Zone, failed.Zone);
            Assert.Equal(LaunchOutcome.ZoneUnavailable, failed.Outcome);
            Assert.False(Assert.Single(await Provider.ListZonesAsync(default), z => z.Zone == Zone).IsAvailable);
            Assert.Empty(await ListAsync(Ours));
        }

        Assert.True(Assert.Single(await Provider.ListZonesAsync(default), z => z.Zone == Zone).IsAvailable);
        await ListedAsync((await Provider.LaunchAsync(Request(1), default)).Id, InstanceState.Running);
    }

    [Fact]
    public async Task Refused_credentials_are_told_by_every_call()
    {
        var refused = await Assert.ThrowsAsync<UnauthorizedException>(() => Unauthorized.LaunchAsync(Request(1), default));
        Assert.Equal(LaunchOutcome.Unauthorized, refused.Outcome);
        await Assert.ThrowsAsync<UnauthorizedException>(() => Unauthorized.ListZonesAsync(default));
        await Assert.ThrowsAsync<UnauthorizedException>(() => Unauthorized.ListInstancesAsync(Ours, default));
        await Assert.ThrowsAsync<UnauthorizedException>(() => Unauthorized.TerminateAsync(Ours, new InstanceId("any"), default));
    }

    [Fact]
    public async Task A_failure_that_passes_is_told_as_such_and_passes()
    {
        await using (await MakeTransientAsync())
        {
            var failed = await Assert.ThrowsAsync<TransientException>(() => Provider.LaunchAsync(Request(1), default));
            Assert.Equal(LaunchOutcome.Unknown, failed.Outcome);
            await Assert.ThrowsAsync<TransientException>(() => Provider.ListInstancesAsync(Ours, default));
        }

        Instance made = await Provider.LaunchAsync(Request(1), default);
        Assert.Equal(made.Id, Assert.Single(await ListAsync(Ours)).Id);
    }

    [Fact]
    public async Task A_launch_whose_answer_was_lost_is_found_by_listing()
    {
        await LaunchAndLoseAnswerAsync(Request(4));
        Instance found = Assert.Single(await ListAsync(Ours));
        Assert.Equal((new MachineId(4), 1, Zone), (found.Tags.Machine, found.Attempt, found.Zone));
        Assert.Equal(found.Id, (await Provider.LaunchAsync(Request(4), default)).Id);
        await ListedAsync(found.Id, InstanceState.Running);
        Assert.Single(await ListAsync(Ours));
    }

    [Fact]
    public async Task What_a_failed_launch_made_is_cleaned_up_and_the_attempt_can_be_repeated()
    {
        string[] before = [.. Belongings()];
        await FailHalfWayAsync(Request(4));
        Assert.Empty(await ListAsync(Ours));
        Assert.Equal(before, Belongings());
        await ListedAsync((await Provider.LaunchAsync(Request(4), default)).Id, InstanceState.Running);
        Assert.Single(await ListAsync(Ours));
    }

    /// <summary>A machine's first attempt.</summary>
    protected LaunchRequest Request(int machine, EnvironmentId? environment = null, Zone? zone = null) => new(
        new InstanceTags(environment ?? Ours, 1, new MachineId(machine), InstanceRole.Units),
        Attempt: 1,
        zone ?? Zone,
        "jammy",
        Image: null,
        Constraints.None,
        [0, 1, 2, 255, (byte)'\n']);

    /// <summary>The instances of a complete listing that have not ended.</summary>
    private async Task<ImmutableArray<Instance>> ListAsync(EnvironmentId environment)
    {
        InstanceListing listing = await Provider.ListInstancesAsync(environment, default);
        Assert.True(listing.IsComplete, listing.Gap);
        Assert.Equal(listing.Instances.Select(i => i.Id).Order(), listing.Instances.Select(i => i.Id));
        return [.. listing.Instances.Where(i => i.State != InstanceState.Terminated)];
    }

    private async Task<Instance> ListedAsync(InstanceId id, InstanceState state, EnvironmentId? environment = null)
    {
        Instance? seen = null;
        await Until.TrueAsync(
            async () => (seen = (await ListAsync(environment ?? Ours)).SingleOrDefault(i => i.Id == id))?.State == state,
            Patience,
            () => $"{id} is {seen?.State.ToString() ?? "not there"}, not {state}");
        return seen!;
    }

    private Task GoneAsync(InstanceId id) => Until.TrueAsync(
        async () => (await ListAsync(Ours)).All(i => i.Id != id), Patience, () => $"{id} is not gone");
}
