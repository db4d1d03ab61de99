using StateServer.Chaos.Faults;
using StateServer.Chaos.Runs;

namespace StateServer.Chaos.Tests;

public sealed class FaultScheduleTests
{
    private static readonly string[] Names = [.. Catalogue.Faults.Select(f => f.Name)];
    private static readonly Dictionary<string, FaultLayer> Layers = Catalogue.Faults.ToDictionary(f => f.Name, f => f.Layer);

    [Fact]
    public void Names_are_told_apart() => Assert.Equal(Names.Length, Names.Distinct().Count());

    [Fact]
    public void The_same_plan_gives_the_same_schedule() => Assert.Equal(Draw(7, Names).Take(300), Draw(7, Names).Take(300));

    [Fact]
    public void Another_order_of_names_changes_nothing() => Assert.Equal(Draw(7, Names).Take(300), Draw(7, [.. Names.Reverse()]).Take(300));

    [Fact]
    public void Another_seed_gives_another_schedule() => Assert.NotEqual(Draw(7, Names).Take(20), Draw(8, Names).Take(20));

    [Fact]
    public void A_plan_read_from_its_file_gives_the_same_schedule()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        RunReport.WritePlan(folder, Plan(7, Names));
        RunPlan read = RunReport.ReadPlan(folder);
        Directory.Delete(folder, recursive: true);
        Assert.Equal(Draw(7, Names).Take(50), FaultSchedule.Draw(read, f => Layers[f]).Take(50));
        Assert.Equal(Plan(7, Names).MemberOptions(), read.MemberOptions());
    }

    [Fact]
    public void Each_fault_comes_once_before_any_comes_again()
    {
        ScheduledFault[] steps = [.. Draw(3, Names).Take(2 * Names.Length)];
        Assert.Equal(Names.Order(), steps.Take(Names.Length).Select(s => s.Fault).Order());
        Assert.Equal(Names.Order(), steps.Skip(Names.Length).Select(s => s.Fault).Order());
    }

    [Fact]
    public void Faults_come_alone_and_together_and_only_with_what_they_go_with()
    {
        ScheduledFault[] steps = [.. Draw(3, Names).Take(1000)];
        ScheduledFault[] together = [.. steps.Where(s => s.Companion is not null)];
        Assert.InRange(together.Length, 100, 400);
        Assert.All(together, s => Assert.True(FaultSchedule.GoTogether(Layers[s.Fault], Layers[s.Companion!]), $"{s.Fault} with {s.Companion}"));
        Assert.All(FaultSchedule.Draw(Plan(3, Names) with { Together = false }, f => Layers[f]).Take(1000), s => Assert.Null(s.Companion));
    }

    [Fact]
    public void A_changed_folder_is_left_alone_by_other_faults_of_processes_and_disks() => Assert.All(
        Enum.GetValues<FaultLayer>().Where(l => l != FaultLayer.Network),
        layer => Assert.False(FaultSchedule.GoTogether(FaultLayer.Folder, layer)));

    [Fact]
    public void A_campaign_covers_everything_evenly_with_three_and_five_members()
    {
        string[] workloads = [.. Catalogue.Workloads.Select(w => w().Name)];
        RunPlan[] plans = [.. CampaignPlan.Draw(11, 1, workloads, Names).Take(60)];
        Assert.Equal(30, plans.Count(p => p.Members == 3));
        Assert.Equal(60, plans.Select(p => p.Seed).Distinct().Count());
        Assert.All(plans, p => Assert.Equal(p.Faults.Count, p.Faults.Distinct().Count()));
        Assert.Contains(plans, p => p.Faults.Count == 1 && !p.Together);
        Even(plans.SelectMany(p => p.Faults), Names);
        Even(plans.SelectMany(p => p.Workloads), workloads);
        Assert.Equal(plans.Select(p => p.Seed), CampaignPlan.Draw(11, 1, workloads, Names).Take(60).Select(p => p.Seed));
    }

    private static void Even(IEnumerable<string> dealt, string[] all)
    {
        Dictionary<string, int> counts = dealt.CountBy(d => d).ToDictionary();
        Assert.Equal(all.Length, counts.Count);
        Assert.InRange(counts.Values.Max() - counts.Values.Min(), 0, 2);
    }

    private static IEnumerable<ScheduledFault> Draw(int seed, string[] names) => FaultSchedule.Draw(Plan(seed, names), f => Layers[f]);

    private static RunPlan Plan(int seed, string[] names) =>
        new() { Seed = seed, Minutes = 1, Members = 3, Workloads = ["set"], Faults = names, Rate = 10 };
}
