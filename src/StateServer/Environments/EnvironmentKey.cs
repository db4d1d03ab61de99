using System.Collections.Immutable;
using StateServer.Domain.Model;

namespace StateServer.Environments;

/// <summary>One key of an environment in environments.yaml.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Types">The types of environments that have it.</param>
internal sealed record EnvironmentKey(string Name, ImmutableArray<ProviderType> Types)
{
    private static readonly ImmutableArray<ProviderType> Clouds = [ProviderType.Ec2, ProviderType.OpenStack, ProviderType.Azure];

    /// <summary>All of them.</summary>
    public static ImmutableArray<EnvironmentKey> All { get; } =
    [
        new("type", ProviderTypeText.All),
        new("region", Clouds),
        new("zones", ProviderTypeText.All),
        new("availability-sets-enabled", [ProviderType.Azure]),
        new("default-series", ProviderTypeText.All),
        new("constraints", ProviderTypeText.All),
        new("image", Clouds),
        new("replace-after", ProviderTypeText.All),
        new("credentials", Clouds),
        new("root", [ProviderType.Local]),
        new("zone-count", [ProviderType.Local]),
        new("zone-capacity", [ProviderType.Local]),
    ];

    /// <summary>The names of a cloud's credentials, which stand below <c>credentials</c>.</summary>
    public static ImmutableArray<string> Credentials(ProviderType type) => type switch
    {
        ProviderType.Ec2 => ["access-key", "secret-key", "session-token"],
        ProviderType.OpenStack => ["auth-url", "password", "project-name", "user-domain-name", "username"],
        ProviderType.Azure => ["client-id", "client-secret", "subscription-id", "tenant-id"],
        _ => [],
    };

    /// <summary>Why a key can't stand in an environment. What its value is never matters here, and is never told.</summary>
    /// <param name="name">The key.</param>
    /// <param name="type">The environment's type; null where that is unknown itself.</param>
    /// <returns>Null where it can, or what would be right.</returns>
    public static string? Error(string name, ProviderType? type)
    {
        if (All.FirstOrDefault(k => k.Name == name) is { } known)
        {
            return type is not { } its || known.Types.Contains(its)
                ? null
                : $"'{name}' is for type {string.Join(", ", known.Types.Select(ProviderTypeText.Format))} only; leave it out of one of type {ProviderTypeText.Format(its)}";
        }

        if (Clouds.SelectMany(cloud => Credentials(cloud)).Contains(Letters(name)))
        {
            return $"'{name}' is a credential; give it below 'credentials', as env:NAME or file:PATH";
        }

        EnvironmentKey? near = All.FirstOrDefault(k => k.Name == Letters(name));
        return near is null
            ? $"no environment has a key {FileEntry.Shown(name)}; the keys are {string.Join(", ", All.Select(k => k.Name))}"
            : $"no environment has a key '{name}'; '{near.Name}' is one";
    }

    /// <summary>Large letters and underscores are what people write for small ones and dashes.</summary>
    private static string Letters(string name) => name.Replace('_', '-').ToLowerInvariant();
}
