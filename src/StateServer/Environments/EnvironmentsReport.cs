using System.Collections.Immutable;

namespace StateServer.Environments;

/// <summary>What <c>environments</c> says. Its json is a contract.</summary>
/// <param name="File">The file; null for the built-in environment.</param>
/// <param name="Current">The current environment's name; null where nothing chooses one.</param>
/// <param name="Environments">All, by name.</param>
internal sealed record EnvironmentsReport(string? File, string? Current, ImmutableArray<EnvironmentReport> Environments)
{
    /// <summary>Makes it.</summary>
    public static EnvironmentsReport Of(EnvironmentsFile file, CurrentEnvironment current, EnvironmentReachStore reach) => new(
        file.Path,
        current.Name,
        [
            .. file.Environments.Values.Select(e => new EnvironmentReport(
                e.Name,
                ProviderTypeText.Format(e.Type),
                e.Region.Length > 0 ? e.Region : null,
                e.Name == current.Name,
                reach.Has(e.Name))),
        ]);
}
