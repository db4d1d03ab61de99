using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace StateServer.Placement.Tests.Membership;

/// <summary>A schedule of faults, made from a seed, run, and shrunk where it fails.</summary>
/// <param name="Seed">Makes the faults, and the newcomers' ids.</param>
/// <param name="Zones">How many zones there are.</param>
/// <param name="Target">The first target.</param>
/// <param name="Rounds">How long things may go wrong; what lasts, such as a zone without room, lasts until then.</param>
/// <param name="Faults">What happens.</param>
internal sealed record Schedule(int Seed, int Zones, int Target, int Rounds, ImmutableArray<Fault> Faults)
{
    /// <summary>Rounds within which faults happen: three minutes.</summary>
    private const int Stormy = 360;

    /// <summary>Rounds within which all must be well afterwards: ten minutes, in which an hour's guard is skipped.</summary>
    private const int Quiet = 1200;

    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();

    /// <summary>What ends a member for good.</summary>
    private static readonly FaultKind[] Deaths = [FaultKind.Kill, FaultKind.EndInstance, FaultKind.KillLeader];

    /// <summary>What makes operations, and what hits them at their steps.</summary>
    private static readonly FaultKind[] Operations =
    [
        FaultKind.Target, FaultKind.Replace, FaultKind.Kill, FaultKind.NewcomerDiesAtStep, FaultKind.VoterDiesAtStep, FaultKind.DieAtStep,
        FaultKind.LoseAnswer, FaultKind.FailZone, FaultKind.MendZones,
    ];

    /// <summary>One of four kinds: anything mixed; the same few things again and again; deaths one after the other; operations that are hit.</summary>
    public static Schedule Of(int seed)
    {
        Random random = new(seed);
        ImmutableArray<Fault> faults = random.Next(5) switch
        {
            0 => Mixed(random, [.. Enumerable.Range(0, 3).Select(_ => Kinds[random.Next(Kinds.Length)])]),
            1 => Deadly(random),
            2 => Mixed(random, Operations),
            _ => Mixed(random, Kinds),
        };
        return new(
            seed, random.Next(3, 6), new[] { 3, 3, 5, 7 }[random.Next(4)], faults[^1].Round + random.Next(1, 120), faults);
    }

    /// <summary>The one with the lowest seed that fails; null where none does. On all processors.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many seeds are tried.</param>
    /// <param name="bug">What is wrong.</param>
    /// <param name="rule">What the failure says; empty for any.</param>
    public static Schedule? FirstFailing(int first, int count, PlantedBug bug, string rule = "")
    {
        ConcurrentBag<int> failing = [];
        Parallel.For(first, first + count, (seed, loop) =>
        {
            if (Of(seed).Fails(bug, rule))
            {
                failing.Add(seed);
                loop.Break();
            }
        });
        return failing.IsEmpty ? null : Of(failing.Min());
    }

    /// <summary>Faults come alone, soon after the beginning, or close behind each other.</summary>
    private static ImmutableArray<Fault> Mixed(Random random, FaultKind[] kinds)
    {
        var round = 0;
        int Next() => round = random.Next(4) switch
        {
            0 => random.Next(30),
            1 => random.Next(Stormy),
            _ => Math.Min(Stormy - 1, round + random.Next(8)),
        };
        return
        [
            .. Enumerable.Range(0, random.Next(1, 13))
                .Select(_ => new Fault(Next(), kinds[random.Next(kinds.Length)], random.Next(1000)))
                .OrderBy(fault => fault.Round),
        ];
    }

    /// <summary>One after the other, most of them after the one before was replaced: until the guard holds.</summary>
    private static ImmutableArray<Fault> Deadly(Random random)
    {
        var round = random.Next(20, 40);
        var faults = ImmutableArray.CreateBuilder<Fault>();
        for (; round < Stormy; round += random.Next(20, 60))
        {
            faults.Add(new(round, Deaths[random.Next(Deaths.Length)], random.Next(1000)));
        }

        return faults.ToImmutable();
    }

    /// <summary>Runs it.</summary>
    /// <returns>What broke, and the story that led there; empty where nothing did.</returns>
    public (string Failure, IReadOnlyList<string> Story) Run(PlantedBug bug)
    {
        Simulation simulation = new(bug, Seed, Zones);
        simulation.SetTarget(Target);
        var byRound = Faults.ToLookup(fault => fault.Round);
        simulation.Run(Rounds, round => byRound[round]);
        simulation.Settle(Quiet);
        return (string.Join("; ", simulation.Cluster.Faults), simulation.Cluster.Story);
    }

    /// <summary>The same without the faults that it takes nothing from; it breaks the same rule still.</summary>
    /// <param name="bug">What is wrong.</param>
    /// <param name="rule">What the failure says; empty for any.</param>
    public Schedule Shrink(PlantedBug bug, string rule = "")
    {
        var least = this;
        for (var at = least.Faults.Length - 1; at >= 0; at--)
        {
            var fewer = least with { Faults = least.Faults.RemoveAt(at) };
            if (fewer.Fails(bug, rule))
            {
                least = fewer;
            }
        }

        return least;
    }

    private bool Fails(PlantedBug bug, string rule) =>
        Run(bug).Failure is { Length: > 0 } failure && failure.Contains(rule, StringComparison.Ordinal);

    public override string ToString() =>
        $"seed {Seed}, {Zones} zones, target {Target}, {Rounds} rounds: {string.Join(", ", Faults.Select(fault => $"{fault.Kind}({fault.Which}) in round {fault.Round}"))}";
}
