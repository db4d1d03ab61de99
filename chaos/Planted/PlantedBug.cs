namespace StateServer.Chaos.Planted;

/// <summary>One bug that a test build can hold, and what is to find it: a run under load and faults, or a test.</summary>
/// <param name="Name">Its constant's name behind <c>PLANTED_</c>; src has it in <c>#if</c>.</param>
/// <param name="Description">One line: what the build does wrong.</param>
internal sealed record PlantedBug(string Name, string Description)
{
    public IReadOnlyList<string> Workloads { get; init; } = [];

    public IReadOnlyList<string> Faults { get; init; } = [];

    public int Members { get; init; } = 3;

    /// <summary>Operations a second of each workload, at most.</summary>
    public double Rate { get; init; } = 150;

    /// <summary>The seed that found it first, so that it is found again soon.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>A test of tests/Consensus.Tests, as class and method, that must fail with the bug; null where runs find it.</summary>
    public string? Test { get; init; }
}
