using StateServer.Chaos.Membership;
using StateServer.Chaos.Membership.Faults;
using StateServer.Chaos.Runs;

namespace StateServer.Chaos.Cli;

/// <summary>Reads lists of names from the command line.</summary>
internal static class Names
{
    public static IReadOnlyList<string> AllWorkloads { get; } = [.. Catalogue.Workloads.Select(make => make().Name), MembershipCatalogue.Workload];

    /// <summary>Those that a run has unless it is told otherwise.</summary>
    public static IReadOnlyList<string> UsualWorkloads { get; } = [.. Catalogue.Workloads.Select(make => make()).Where(w => w.IsUsual).Select(w => w.Name)];

    public static IReadOnlyList<string> PossibleFaults { get; } = [.. Catalogue.Faults.Where(f => f.Unavailable is null).Select(f => f.Name)];

    /// <summary>Those of them that a run has unless it is told otherwise.</summary>
    public static IReadOnlyList<string> UsualFaults { get; } = [.. Catalogue.Faults.Where(f => f.Unavailable is null && f.IsUsual).Select(f => f.Name)];

    /// <summary>Those of the workload that has a cluster of its own kind.</summary>
    public static IReadOnlyList<string> MembershipFaults { get; } = [.. MembershipCatalogue.Faults.Where(f => f.Unavailable is null).Select(f => f.Name)];

    /// <summary>Those that go with workloads.</summary>
    public static IReadOnlyList<string> FaultsOf(IEnumerable<string> workloads) =>
        workloads.Contains(MembershipCatalogue.Workload) ? MembershipFaults : PossibleFaults;

    /// <summary>Reads workloads and faults that go together; says on standard error, in one line, what is wrong where something is.</summary>
    /// <param name="workloadList">Names with commas between; null for the usual ones.</param>
    /// <param name="faultList">Names with commas between; null for the usual ones.</param>
    /// <param name="workloads">The workloads.</param>
    /// <param name="faults">The faults.</param>
    public static bool TryRead(string? workloadList, string? faultList, out IReadOnlyList<string> workloads, out IReadOnlyList<string> faults)
    {
        faults = [];
        if (!TryRead(workloadList ?? string.Join(',', UsualWorkloads), AllWorkloads, "workload", out workloads))
        {
            return false;
        }

        bool heals = workloads.Contains(MembershipCatalogue.Workload);
        if (heals && workloads.Count > 1)
        {
            Console.Error.WriteLine($"{MembershipCatalogue.Workload} has a cluster of its own kind; name it alone");
            return false;
        }

        return TryRead(faultList ?? string.Join(',', heals ? MembershipFaults : UsualFaults), FaultsOf(workloads), "fault", out faults);
    }

    /// <summary>Leaves out what can't harm so few members; says on standard error, in one line, what that is where it was asked for by name.</summary>
    /// <param name="faults">Names that there are.</param>
    /// <param name="members">How many members the run begins with.</param>
    /// <param name="areAsked">Whether they were asked for by name.</param>
    /// <param name="fitting">Those that are left.</param>
    public static bool TryFit(IReadOnlyList<string> faults, int members, bool areAsked, out IReadOnlyList<string> fitting)
    {
        IMembershipFault? tooLarge = MembershipCatalogue.Faults.FirstOrDefault(fault => fault.LeastMembers > members && faults.Contains(fault.Name));
        fitting = [.. faults.Where(name => MembershipCatalogue.Faults.All(fault => fault.Name != name || fault.LeastMembers <= members))];
        if (areAsked && tooLarge is not null)
        {
            Console.Error.WriteLine($"{tooLarge.Name} takes {tooLarge.LeastMembers} members at least: {members} never have so many to spare");
            return false;
        }

        return true;
    }

    /// <summary>All where the list is absent; says on standard error, in one line, which names there are where one is unknown.</summary>
    public static bool TryRead(string? list, IReadOnlyList<string> all, string what, out IReadOnlyList<string> names)
    {
        names = list is null ? all : [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct()];
        if (names.FirstOrDefault(n => !all.Contains(n)) is { } unknown)
        {
            Console.Error.WriteLine(Catalogue.Faults.FirstOrDefault(f => f.Name == unknown) is { Unavailable: { } why }
                ? $"{unknown} can't be injected on this machine: {why}"
                : $"no {what} \"{unknown}\"; there are {string.Join(", ", all)}");
            return false;
        }

        if (names.Count == 0)
        {
            Console.Error.WriteLine($"name at least one {what}; there are {string.Join(", ", all)}");
            return false;
        }

        return true;
    }

    /// <summary>Says which faults this machine can't inject, a line a reason.</summary>
    public static void SaySkipped(TextWriter writer)
    {
        IEnumerable<(string Name, string? Why)> all = Catalogue.Faults.Select(f => (f.Name, f.Unavailable)).Concat(MembershipCatalogue.Faults.Select(f => (f.Name, f.Unavailable)));
        foreach (IGrouping<string?, (string Name, string? Why)> reason in all.Where(f => f.Why is not null).GroupBy(f => f.Why))
        {
            writer.WriteLine($"skipped, {reason.Key}: {string.Join(", ", reason.Select(f => f.Name))}");
        }
    }
}
