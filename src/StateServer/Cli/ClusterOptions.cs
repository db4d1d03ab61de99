using System.CommandLine;
using StateServer.Domain.Model;
using StateServer.Environments;
using StateServer.Local;

namespace StateServer.Cli;

/// <summary>The flags of the verbs that ask a running cluster, and which one they choose.</summary>
internal sealed class ClusterOptions
{
    private readonly Option<string?> _endpoints = EndpointOption.Make();
    private readonly Option<string?> _root = LocalOptions.Root();
    private readonly Option<string?> _environment = EnvironmentOptions.Environment();
    private readonly Option<string?> _file = EnvironmentOptions.File();

    /// <summary>Gives a verb the flags.</summary>
    public void AddTo(Verb verb)
    {
        foreach (Option option in new Option[] { _environment, _endpoints, _root, _file })
        {
            verb.Options.Add(option);
        }
    }

    /// <summary>The cluster that they choose.</summary>
    /// <exception cref="VerbFailedException">They contradict each other, name no environment, or one that isn't bootstrapped.</exception>
    /// <exception cref="LocalFailureException">The root is empty.</exception>
    /// <exception cref="IOException">What is remembered of the environment can't be read.</exception>
    public ClusterTarget Read(ParseResult parsed) => Read(
        parsed.GetValue(_endpoints),
        parsed.GetValue(_root),
        parsed.GetValue(_environment),
        parsed.GetValue(_file),
        System.Environment.GetEnvironmentVariable);

    /// <summary>
    /// <c>--endpoints</c>, then <c>--root</c>, then the environment. An environment that nobody chose by hand and that isn't
    /// bootstrapped stands back behind this user's local cluster.
    /// </summary>
    internal static ClusterTarget Read(
        string? endpoints, string? root, string? environment, string? file, Func<string, string?> variable)
    {
        if (environment is not null && (endpoints ?? root) is not null)
        {
            throw new VerbFailedException(
                ExitCode.WrongUse, $"-e and {(endpoints is null ? "--root" : "--endpoints")} both say which cluster; give one of them");
        }

        if (endpoints is not null)
        {
            return new ClusterTarget(EndpointOption.Read(endpoints), null);
        }

        if (root is not null)
        {
            return OfLocal(LocalRoot.Of(root)) ?? throw new VerbFailedException(
                ExitCode.Failed, $"{LocalRoot.Of(root).Path} holds no local cluster; give its folder with --root");
        }

        ConfigurationFolder folder = ConfigurationFolder.Of(variable);
        EnvironmentsFile environments = EnvironmentOptions.Read(file, variable);
        CurrentEnvironment current = CurrentEnvironment.Of(environment, variable, folder, environments);
        if (current.TryFind(environments, out EnvironmentSpec? spec) is { } lost)
        {
            return (current.IsChosen ? null : OfLocal(LocalRoot.Default()))
                ?? throw new VerbFailedException(ExitCode.WrongUse, lost);
        }

        return OfEnvironment(spec!, new EnvironmentReachStore(folder)) ?? (current.IsChosen
            ? throw new VerbFailedException(
                ExitCode.Failed,
                spec!.UseError ?? $"environment '{spec.Name}' is not bootstrapped; 'stateserver bootstrap -e {spec.Name}' begins it")
            : OfLocal(LocalRoot.Default()) ?? new ClusterTarget([EndpointOption.DefaultEndpoint], null));
    }

    private static ClusterTarget? OfEnvironment(EnvironmentSpec spec, EnvironmentReachStore store)
    {
        EnvironmentReach? reach = store.Read(spec.Name);
        if (spec.Type != ProviderType.Local)
        {
            return reach is null ? null : new ClusterTarget(reach.Endpoints, reach);
        }

        ClusterTarget? remembered = reach is null ? null : new ClusterTarget(reach.Endpoints, reach);
        foreach (string? folder in reach is null ? [spec.Local?.Root] : new[] { reach.Root, spec.Local?.Root })
        {
            LocalRoot root = LocalRoot.Of(folder);
            if (LocalCluster.Read(root.Path) is { } cluster)
            {
                return cluster.ClusterId == reach?.ClusterId ? Beside(remembered!, LocalEndpoints.OfServers(root, cluster)) : OfLocal(root);
            }
        }

        return remembered;
    }

    /// <summary>What is remembered may be of members that are gone: the root knows those there are.</summary>
    private static ClusterTarget Beside(ClusterTarget remembered, IEnumerable<string> known) => remembered with
    {
        Endpoints = [.. known.Concat(remembered.Endpoints).Distinct(StringComparer.Ordinal)],
    };

    private static ClusterTarget? OfLocal(LocalRoot root) => LocalCluster.Read(root.Path) is { } cluster
        ? new ClusterTarget(LocalEndpoints.Of(root, cluster), null)
        : null;
}
