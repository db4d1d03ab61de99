using StateServer.Chaos.Faults;
using StateServer.Chaos.Runs;

namespace StateServer.Chaos.Cli;

/// <summary>Reads lists of names from the command line.</summary>
internal static class Names
{
    public static IReadOnlyList<string> AllWorkloads { get; } = [.. Catalogue.Workloads.Select(make => make().Name)];

    /// <summary>Those that a run has unless it is told otherwise.</summary>
    public static IReadOnlyList<string> UsualWorkloads { get; } = [.. Catalogue.Workloads.Select(make => make()).Where(w => w.IsUsual).Select(w => w.Name)];

    public static IReadOnlyList<string> PossibleFaults { get; } = [.. Catalogue.Faults.Where(f => f.Unavailable is null).Select(f => f.Name)];

    /// <summary>Those of them that a run has unless it is told otherwise.</summary>
    public static IReadOnlyList<string> UsualFaults { get; } = [.. Catalogue.Faults.Where(f => f.Unavailable is null && f.IsUsual).Select(f => f.Name)];

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
        foreach (IGrouping<string?, IFault> reason in Catalogue.Faults.Where(f => f.Unavailable is not null).GroupBy(f => f.Unavailable))
        {
            writer.WriteLine($"skipped, {reason.Key}: {string.Join(", ", reason.Select(f => f.Name))}");
        }
    }
}
