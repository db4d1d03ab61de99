using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Environments;

/// <summary>One environment as environments.yaml wants it. What it is bootstrapped with is fixed from then on, in the log.</summary>
/// <param name="Name">Its name, see <see cref="EnvironmentName"/>.</param>
/// <param name="Type">The provider.</param>
internal sealed record EnvironmentSpec(string Name, ProviderType Type)
{
    /// <summary>The environment that is there without a file.</summary>
    public const string BuiltIn = "local";

    /// <summary>The series where neither file nor command names one: Ubuntu's long-term one of 2024.</summary>
    public const string UsualSeries = "noble";

    /// <summary>The provider's region; empty where the provider is to take its own usual one, or has none.</summary>
    public string Region { get; init; } = "";

    /// <summary>The only zones that are used; empty for all.</summary>
    public ImmutableSortedSet<Zone> Zones { get; init; } = ImmutableSortedSet<Zone>.Empty;

    /// <summary>Whether services stand in availability sets; null where the file says nothing, which on Azure means true.</summary>
    public bool? AvailabilitySetsEnabled { get; init; }

    /// <summary>The series where a command names none.</summary>
    public string DefaultSeries { get; init; } = UsualSeries;

    /// <summary>The environment's constraints.</summary>
    public Constraints Constraints { get; init; } = Constraints.None;

    /// <summary>The image for each series.</summary>
    public ImmutableSortedDictionary<string, string> Images { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>How long a machine or member may be silent; null where the file says nothing. Whole seconds, a day at most.</summary>
    public TimeSpan? ReplaceAfter { get; init; }

    /// <summary>Where the credentials are, by the cloud's names for them; empty for the cloud's own default chain.</summary>
    public ImmutableSortedDictionary<string, CredentialReference> Credentials { get; init; } =
        ImmutableSortedDictionary.Create<string, CredentialReference>(StringComparer.Ordinal);

    /// <summary>What the local provider alone needs; null for the others.</summary>
    public LocalEnvironmentSpec? Local { get; init; }

    /// <summary>Why this build can't use it, in one line; null where it can.</summary>
    public string? UseError => Type == ProviderType.Local
        ? null
        : $"environment '{Name}' is of type {ProviderTypeText.Format(Type)}, which is not in this build; use one of type local";

    /// <summary>The settings that a bootstrap fixes in the log. Credentials are not among them.</summary>
    /// <param name="id">The environment's minted id.</param>
    public EnvironmentSettings ToSettings(EnvironmentId id) => new(
        id,
        Name,
        Type,
        Region,
        Zones,
        AvailabilitySetsEnabled ?? Type == ProviderType.Azure,
        DefaultSeries,
        Constraints,
        Images,
        (int)(ReplaceAfter ?? UsualReplaceAfter(Type)).TotalSeconds);

    /// <summary>How long silence is borne: a cloud's network may hiccup for seconds; on this machine silence means a stopped process.</summary>
    public static TimeSpan UsualReplaceAfter(ProviderType type) => TimeSpan.FromSeconds(type == ProviderType.Local ? 5 : 30);
}
