using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using StateServer.Domain.Tests.Apply;
using static StateServer.Domain.Tests.Model.ModelScript;

namespace StateServer.Domain.Tests.Model;

public sealed class EnvironmentTests
{
    [Fact]
    public void Below_its_feature_level_the_model_is_refused()
    {
        var script = new Script();
        var refusal = Assert.IsType<Rejection>(script.Run(new BootstrapEnvironmentCommand(Settings)));
        Assert.Equal(RejectionReason.FeatureLevel, refusal.Reason);
        Assert.Equal((null, 0L, 0L), (script.State.Model.Environment, script.State.Model.LastEvent, script.State.Keyspace.KeyCount));
    }

    [Fact]
    public void Nothing_can_be_done_before_the_bootstrap() =>
        new ModelScript(bootstrap: false).Refused(Deploy("web"), RejectionReason.ModelNotFound, "bootstrap");

    [Fact]
    public void A_second_bootstrap_is_refused_and_changed_settings_by_name()
    {
        var script = new ModelScript();
        script.Refused(new BootstrapEnvironmentCommand(Settings with { Id = new EnvironmentId(8) }), RejectionReason.ModelExists, "here");
        foreach (var (changed, name) in new[]
        {
            (Settings with { AvailabilitySetsEnabled = true }, "availability-sets-enabled"),
            (Settings with { Name = "there" }, "name"),
            (Settings with { Type = ProviderType.Azure }, "type"),
            (Settings with { Region = "r" }, "region"),
            (Settings with { ZoneFilter = [new Zone("a")] }, "zones"),
            (Settings with { DefaultSeries = "xenial" }, "default-series"),
            (Settings with { Images = Settings.Images.Add("trusty", "ami") }, "image"),
            (Settings with { ReplaceAfterSeconds = 31 }, "replace-after"),
        })
        {
            Assert.Equal($"cannot change {name}", script.Refused(new BootstrapEnvironmentCommand(changed)).Detail);
        }
    }

    [Fact]
    public void Settings_that_make_no_sense_are_refused()
    {
        var script = new ModelScript(bootstrap: false);
        script.Refused(new BootstrapEnvironmentCommand(Settings with { Id = default }), RejectionReason.InvalidArgument, "id");
        script.Refused(new BootstrapEnvironmentCommand(Settings with { ReplaceAfterSeconds = 0 }), RejectionReason.InvalidArgument, "1 to 86400");
        script.Refused(new BootstrapEnvironmentCommand(Settings with { DefaultSeries = "" }), RejectionReason.InvalidArgument, "default-series");
        script.Refused(new BootstrapEnvironmentCommand(Settings with { ZoneFilter = [new Zone("a/b")] }), RejectionReason.InvalidArgument, "a/b");
    }

    [Fact]
    public void Constraints_are_set_for_the_environment_and_for_a_service()
    {
        var script = new ModelScript();
        script.Do(Deploy("web"));
        script.Do(new SetConstraintsCommand(null, Constraints.None with { CpuCores = 2 }));
        script.Do(new SetConstraintsCommand(new ServiceName("web"), Constraints.None with { MemoryMiB = 512 }));
        Assert.Equal(2, script.Model.Environment!.Constraints.CpuCores);
        Assert.Contains("\"constraints\":{\"mem\":512}", script.Value("services/web"), StringComparison.Ordinal);
        script.Refused(
            new SetConstraintsCommand(new ServiceName("db"), Constraints.None), RejectionReason.ModelNotFound, "service \"db\" not found");
        script.Refused(
            new SetConstraintsCommand(null, Constraints.None with { CpuCores = -1 }), RejectionReason.InvalidArgument, "negative");
        script.Refused(
            new SetConstraintsCommand(null, Constraints.None with { RootDiskMiB = ConstraintText.MostMiB + 1 }), RejectionReason.InvalidArgument, "1024P");
        script.Refused(
            new SetConstraintsCommand(null, Constraints.None with { InstanceType = "m1", CpuCores = 1 }),
            RejectionReason.InvalidArgument,
            "\"cpu-cores\" overlaps with \"instance-type\"");
    }

    [Fact]
    public void A_services_new_constraints_go_for_its_machines_that_wait_to_be_launched_and_for_no_others()
    {
        var script = new ModelScript();
        script.Do(Deploy("web", 2));
        script.Do(Deploy("db"));
        script.Do(Machines(4));
        script.Do(Assign((U("web", 0), 0), (U("web", 1), 1), (U("db", 0), 2)));
        script.Do(new AddUnitsCommand(new ServiceName("web"), 1, new PlacementDirective(null, new MachineId(3))));
        script.Do(Assign((U("web", 2), 3)));
        foreach (int machine in (int[])[0, 1])
        {
            script.Do(new BeginLaunchCommand(new MachineId(machine), 1, new Zone("a"), Hash));
        }

        script.Do(new EndLaunchCommand(new MachineId(0), 1, LaunchOutcome.InvalidRequest, null, "no machine is so big"));
        script.Do(new SetConstraintsCommand(new ServiceName("web"), Constraints.None with { MemoryMiB = 512 }));

        // The first waits, and is tried at once. The second's attempt must stay byte for byte the same until it has failed.
        Assert.Equal((512L, ""), Asked(0));
        Assert.Equal((null, ""), Asked(1));
        script.Do(new EndLaunchCommand(new MachineId(1), 1, LaunchOutcome.InvalidRequest, null, "no machine is so big"));
        Assert.Equal((512L, "no machine is so big"), Asked(1));

        // Another service's, and one that an operator chose.
        Assert.Equal((null, ""), Asked(2));
        Assert.Equal((null, ""), Asked(3));

        (long? Memory, string Message) Asked(int machine) =>
            (script.Model.Machines[new MachineId(machine)].Constraints.MemoryMiB, script.Model.Machines[new MachineId(machine)].Message);
    }

    [Fact]
    public void With_availability_sets_no_placement_is_taken()
    {
        const string message = "unit placement is not supported with availability-sets-enabled";
        var script = new ModelScript(settings: Settings with { AvailabilitySetsEnabled = true });
        var zone = new PlacementDirective(new Zone("a"), null);
        script.Refused(Deploy("web") with { Directive = zone }, RejectionReason.ModelConflict, message);
        script.Refused(Machines(1) with { Directive = zone }, RejectionReason.ModelConflict, message);
        script.Do(Deploy("web"));
        script.Refused(
            new AddUnitsCommand(new ServiceName("web"), 1, new PlacementDirective(null, new MachineId(0))), RejectionReason.ModelConflict, message);
    }

    [Fact]
    public void A_zone_outside_the_environment_s_is_invalid() =>
        new ModelScript(settings: Settings with { ZoneFilter = [new Zone("a")] }).Refused(
            Deploy("web") with { Directive = new PlacementDirective(new Zone("x"), null) },
            RejectionReason.InvalidArgument,
            "invalid availability zone \"x\"");
}
