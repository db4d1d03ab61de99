using System.CommandLine;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Environments;
using StateServer.Local;
using StateServer.Options;
using StateServer.Providers.Local;

namespace StateServer.Cli.Verbs;

/// <summary><c>bootstrap</c>: an environment of environments.yaml, begun with one state server.</summary>
internal static class BootstrapVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(1);

    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb(
            "bootstrap",
            "Begin an environment: machine 0 with the first state server, and the environment's settings in its log. Waits until it leads.",
            "bootstrap",
            "bootstrap -e local --to zone=local-b --constraints mem=2G");
        Option<string?> environment = EnvironmentOptions.Environment();
        Option<string?> file = EnvironmentOptions.File();
        var to = new Option<string?>("--to") { Description = "The zone of machine 0, as zone=Z.", HelpName = "zone=Z" };
        var series = new Option<string?>("--series") { Description = "The series where a command names none.", HelpName = "SERIES" };
        var constraints = new Option<string?>("--constraints") { Description = "The environment's constraints.", HelpName = "WORDS" };
        Option<string?> port = LocalOptions.Port();
        Option<string?> root = LocalOptions.Root();
        foreach (Option option in new Option[] { environment, file, to, series, constraints, port, root })
        {
            verb.Options.Add(option);
        }

        verb.SetAction(parsed =>
        {
            EnvironmentSpec spec = EnvironmentOptions.Choose(
                parsed.GetValue(environment), parsed.GetValue(file), System.Environment.GetEnvironmentVariable);
            return RunAsync(
                spec,
                RootOf(spec, parsed.GetValue(root)),
                ZoneOf(spec, parsed.GetValue(to)),
                parsed.GetValue(series),
                ConstraintsOf(parsed.GetValue(constraints)),
                LocalOptions.Number(port, parsed),
                parsed.InvocationConfiguration.Output);
        });
        return verb;
    }

    /// <summary>The folder of a local environment.</summary>
    internal static LocalRoot RootOf(EnvironmentSpec spec, string? given) => LocalRoot.Of(given ?? spec.Local?.Root);

    private static async Task<int> RunAsync(
        EnvironmentSpec spec, LocalRoot root, Zone? zone, string? series, Constraints? constraints, int? port, TextWriter output)
    {
        using var interruption = new Interruption();
        LocalPreparation.RefuseUsed(root);
        using FolderLock work = await LocalWork.ClaimAsync(root, LockPatience);
        LocalPreparation.RefuseUsed(root);
        LocalPreparation prepared = LocalPreparation.Look(root, 1, port);
        LocalCluster cluster = prepared.Cluster with
        {
            Zones = LocalZoneList.Format(ZonesOf(spec)),
            Members = [.. prepared.Cluster.Members.Select(member => zone is { } asked ? member with { Zone = asked.Name } : member)],
        };
        cluster.Write(root.Path);
        using var run = new LocalRun(root, cluster, TimeProvider.System);
        await LocalProgress.ShowAsync(
            cluster.Members, output, say => run.StartAsync(cluster.Members, Patience, say, interruption.Token));
        (EnvironmentId id, _) = await new LocalEnvironment(root, cluster).EnsureAsync(spec, series, constraints, interruption.Token);
        new EnvironmentReachStore(ConfigurationFolder.Of(System.Environment.GetEnvironmentVariable)).Write(EnvironmentReach.Of(
            spec.Name, id, new ClusterId(ulong.Parse(cluster.ClusterId, System.Globalization.CultureInfo.InvariantCulture)), cluster.Endpoints.Split(',')));
        await output.WriteLineAsync($"Bootstrapped {spec.Name} with machine 0 in zone {cluster.Members[0].Zone}: {cluster.Endpoints}");
        return ExitCode.Done;
    }

    private static IEnumerable<LocalZone> ZonesOf(EnvironmentSpec spec) =>
        (spec.Local ?? LocalEnvironmentSpec.Usual).ZoneCapacity.Select(zone => new LocalZone(zone.Key, zone.Value));

    private static Zone? ZoneOf(EnvironmentSpec spec, string? to)
    {
        if (to is null)
        {
            return null;
        }

        const string Prefix = "zone=";
        if (!to.StartsWith(Prefix, StringComparison.Ordinal))
        {
            throw new VerbFailedException(ExitCode.WrongUse, $"unknown placement directive: {to}");
        }

        var zone = new Zone(to[Prefix.Length..]);
        return ZonesOf(spec).Any(known => known.Zone == zone)
            ? zone
            : throw new VerbFailedException(ExitCode.WrongUse, $"invalid availability zone \"{zone}\"");
    }

    private static Constraints? ConstraintsOf(string? words)
    {
        if (words is null)
        {
            return null;
        }

        return ConstraintText.TryParse(words, out ConstraintRequest request) is { } wrong
            ? throw new VerbFailedException(ExitCode.WrongUse, $"--constraints: {wrong}")
            : ConstraintMerge.Merge(Constraints.None, request);
    }
}
