using StateServer.Chaos.Runs;

namespace StateServer.Chaos.Cli;

/// <summary>Reads lists of names from the command line.</summary>
internal static class Names
{
    public static IReadOnlyList<string> AllWorkloads { get; } = [.. Catalogue.Workloads.Select(make => make().Name)];

    public static IReadOnlyList<string> PossibleFaults { get; } = [.. Catalogue.Faults.Where(f => f.Unavailable is null).Select(f => f.Name)];

    /// <summary>All where the list is absent; says on standard error which names there are where one is unknown.</summary>
    public static bool TryRead(string? list, IReadOnlyList<string> all, string what, out IReadOnlyList<string> names)
    {
        names = list is null ? all : list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.FirstOrDefault(n => !all.Contains(n)) is { } unknown)
        {
            Console.Error.WriteLine($"no {what} \"{unknown}\" on this machine; there are {string.Join(", ", all)}");
            return false;
        }

        return true;
    }
}
