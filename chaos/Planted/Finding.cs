namespace StateServer.Chaos.Planted;

/// <summary>What became of the hunt for one bug.</summary>
/// <param name="Bug">The bug.</param>
/// <param name="FoundBy">The checkers or the test that told; null where nothing did.</param>
/// <param name="Detail">What they said, or what was tried in vain.</param>
/// <param name="Seed">The seed of the run that found it; null for a test.</param>
/// <param name="Time">From the beginning of the first run to the verdict, without the builds.</param>
internal sealed record Finding(PlantedBug Bug, string? FoundBy, string Detail, int? Seed, TimeSpan Time);
