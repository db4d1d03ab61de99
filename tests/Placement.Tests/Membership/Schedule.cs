using System.Collections.Immutable;

namespace StateServer.Placement.Tests.Membership;

/// <summary>A schedule of faults, made from a seed, run, and shrunk where it fails.</summary>
/// <param name="Seed">Makes the faults, and the newcomers' ids.</param>
/// <param name="Target">The first target.</param>
/// <param name="Faults">What happens.</param>
internal sealed record Schedule(int Seed, int Target, ImmutableArray<Fault> Faults)
{
    /// <summary>Rounds in which faults happen: three minutes.</summary>
    private const int Stormy = 360;

    /// <summary>Rounds within which all must be well afterwards: ten minutes, in which an hour's guard is skipped.</summary>
    private const int Quiet = 1200;

    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();

    public static Schedule Of(int seed)
    {
        Random random = new(seed);
        var count = random.Next(1, 13);
        var round = 0;

        // Faults come alone, soon after the beginning, or close behind each other.
        int Next() => round = random.Next(4) switch
        {
            0 => random.Next(30),
            1 => random.Next(Stormy),
            _ => Math.Min(Stormy - 1, round + random.Next(8)),
        };
        return new(seed, new[] { 3, 3, 5, 7 }[random.Next(4)],
        [
            .. Enumerable.Range(0, count)
                .Select(_ => new Fault(Next(), Kinds[random.Next(Kinds.Length)], random.Next(1000)))
                .OrderBy(fault => fault.Round),
        ]);
    }

    /// <summary>Runs it.</summary>
    /// <returns>What broke, and the story that led there; empty where nothing did.</returns>
    public (string Failure, IReadOnlyList<string> Story) Run(PlantedBug bug)
    {
        Simulation simulation = new(bug, Seed);
        simulation.SetTarget(Target);
        var byRound = Faults.ToLookup(fault => fault.Round);
        simulation.Run(Stormy, round => byRound[round]);
        simulation.Settle(Quiet);
        return (string.Join("; ", simulation.Cluster.Faults), simulation.Cluster.Story);
    }

    /// <summary>The same without the faults that it takes nothing from.</summary>
    public Schedule Shrink(PlantedBug bug)
    {
        var least = this;
        for (var at = least.Faults.Length - 1; at >= 0; at--)
        {
            var fewer = least with { Faults = least.Faults.RemoveAt(at) };
            if (fewer.Run(bug).Failure.Length > 0)
            {
                least = fewer;
            }
        }

        return least;
    }

    public override string ToString() =>
        $"seed {Seed}, target {Target}: {string.Join(", ", Faults.Select(fault => $"{fault.Kind}({fault.Which}) in round {fault.Round}"))}";
}
