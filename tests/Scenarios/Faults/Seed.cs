using System.Globalization;

namespace StateServer.Scenarios.Faults;

/// <summary>Where the moments of faults come from: SCENARIOS_SEED, or chance. Each test says its seed.</summary>
internal static class Seed
{
    public static int Next() =>
        int.TryParse(Environment.GetEnvironmentVariable("SCENARIOS_SEED"), CultureInfo.InvariantCulture, out int given)
            ? given
            : Random.Shared.Next(1, 1_000_000);
}
