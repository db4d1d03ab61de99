using System.Collections.Immutable;
using System.Text.Json.Serialization;
using StateServer.Domain.Identity;

namespace StateServer.Environments;

/// <summary>How a bootstrapped environment is reached: any of its members' addresses leads to all.</summary>
/// <param name="FormatVersion">The file's format.</param>
/// <param name="Environment">The environment's name in environments.yaml.</param>
/// <param name="EnvironmentId">Its minted id, a decimal string.</param>
/// <param name="ClusterId">Its cluster's minted id, a decimal string; another after a restore.</param>
/// <param name="Endpoints">The members' client addresses, ascending, each once, 1 to <see cref="MostEndpoints"/>.</param>
internal sealed record EnvironmentReach(
    int FormatVersion, string Environment, string EnvironmentId, string ClusterId, ImmutableArray<string> Endpoints)
{
    /// <summary>The only format there is yet.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The folder of a local environment, absolute; null for the others.</summary>
    public string? Root { get; init; }

    /// <summary>Most addresses: seven voters, those that join and those that go, several addresses each.</summary>
    public const int MostEndpoints = 64;

    /// <summary>A new one, addresses put in order.</summary>
    public static EnvironmentReach Of(string environment, EnvironmentId id, ClusterId cluster, IEnumerable<string> endpoints) =>
        new(CurrentFormat, environment, id.ToString(), cluster.ToString(), Ordered(endpoints));

    /// <summary>The environment's id.</summary>
    [JsonIgnore]
    public EnvironmentId Id => new(ulong.Parse(EnvironmentId, System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Addresses as they are kept.</summary>
    public static ImmutableArray<string> Ordered(IEnumerable<string> endpoints) =>
        [.. endpoints.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MostEndpoints)];
}
