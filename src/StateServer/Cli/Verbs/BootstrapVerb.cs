using System.Collections.Immutable;
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
            spec = Amended(spec, parsed.GetValue(series), parsed.GetValue(constraints));
            return RunAsync(
                spec,
                RootOf(spec, parsed.GetValue(root)),
                ZoneOf(spec, parsed.GetValue(to)),
                LocalOptions.Number(port, parsed),
                parsed.InvocationConfiguration.Output);
        });
        return verb;
    }

    /// <summary>The folder of a local environment.</summary>
    internal static LocalRoot RootOf(EnvironmentSpec spec, string? given) => LocalRoot.Of(given ?? spec.Local?.Root);

    private static async Task<int> RunAsync(EnvironmentSpec spec, LocalRoot root, Zone zone, int? port, TextWriter output)
    {
        using var interruption = new Interruption();
        var reaches = new EnvironmentReachStore(ConfigurationFolder.Of(System.Environment.GetEnvironmentVariable));
        await RefuseAsync(spec, reaches, root, interruption.Token);
        using FolderLock work = await LocalWork.ClaimAsync(root, LockPatience);
        await RefuseAsync(spec, reaches, root, interruption.Token);
        LocalPreparation prepared = LocalPreparation.Look(root, 1, port, isEnvironment: true);
        LocalCluster cluster = prepared.Cluster with
        {
            StateServers = null,
            Zones = LocalZoneList.Format(ZonesOf(spec)),
            Members = [.. prepared.Cluster.Members.Select(member => member with { Zone = zone.Name })],
        };
        cluster.Write(root.Path);
        using var run = new LocalRun(root, cluster, TimeProvider.System);
        using var servers = new LocalServers(root, cluster, TimeProvider.System);
        bool serves = false;
        try
        {
            await EnvironmentStart.ServeAsync(servers, Patience, output, interruption.Token);
            serves = true;
            (EnvironmentId id, _) = await new LocalEnvironment(root, cluster).EnsureAsync(spec, null, null, interruption.Token);
            reaches.Write(EnvironmentReach.Of(spec.Name, id, cluster.Cluster, LocalEndpoints.Of(root, cluster)) with { Root = root.Path });
        }
        catch (LocalFailureException failure) when (!serves)
        {
            throw new VerbFailedException(
                ExitCode.Failed,
                [.. failure.Lines, $"what was made is left to look at; 'stateserver down --destroy --root {root.Path}' removes it"]);
        }
        catch (Exception failure)
        {
            // Nothing of the environment stands: the next bootstrap begins anew.
            await DownVerb.StopAsync(root, cluster, run, destroy: true, output);
            await DownVerb.DestroyAsync(root, cluster, output);
            if (failure is OperationCanceledException && interruption.Token.IsCancellationRequested)
            {
                throw interruption.Failure("interrupted; what was begun was removed");
            }

            throw;
        }

        await output.WriteLineAsync($"Bootstrapped {spec.Name} with machine 0 in zone {zone}: {string.Join(',', LocalEndpoints.Of(root, cluster))}");
        return ExitCode.Done;
    }

    /// <summary>Refuses a second bootstrap; where the environment answers, with the setting that this one would change.</summary>
    private static async Task RefuseAsync(
        EnvironmentSpec spec, EnvironmentReachStore reaches, LocalRoot root, CancellationToken cancellationToken)
    {
        if (reaches.Read(spec.Name) is { } reach)
        {
            string? wrong = await LocalEnvironment.JudgeAsync(spec, reach.Endpoints, cancellationToken);
            throw new VerbFailedException(
                ExitCode.Failed,
                [
                    .. wrong is null ? (string[])[] : [wrong],
                    $"environment '{spec.Name}' is bootstrapped already ({string.Join(',', reach.Endpoints)}); 'stateserver destroy-environment -e {spec.Name}' ends it",
                ]);
        }

        LocalPreparation.RefuseUsed(root);
    }

    private static IEnumerable<LocalZone> ZonesOf(EnvironmentSpec spec) =>
        (spec.Local ?? LocalEnvironmentSpec.Usual).ZoneCapacity.Select(zone => new LocalZone(zone.Key, zone.Value));

    /// <summary>Where machine 0 is to stand: the zone that is asked for, or the first that the environment uses.</summary>
    /// <exception cref="VerbFailedException">There is no such zone, or the environment doesn't use it.</exception>
    internal static Zone ZoneOf(EnvironmentSpec spec, string? to)
    {
        ImmutableArray<Zone> all = [.. ZonesOf(spec).Select(zone => zone.Zone)];
        ImmutableArray<Zone> used =
        [
            .. all.Where(zone => (spec.Zones.IsEmpty || spec.Zones.Contains(zone))
                && (spec.Constraints.Zones.IsEmpty || spec.Constraints.Zones.Contains(zone))),
        ];
        if (to is null)
        {
            return used is [var first, ..] ? first : throw new VerbFailedException(
                ExitCode.WrongUse, $"no zone is in 'zones' and in the constraints both; the zones are {string.Join(", ", all)}");
        }

        const string Prefix = "zone=";
        if (!to.StartsWith(Prefix, StringComparison.Ordinal))
        {
            throw new VerbFailedException(ExitCode.WrongUse, $"unknown placement directive: {to}");
        }

        var zone = new Zone(to[Prefix.Length..]);
        return used.Contains(zone)
            ? zone
            : throw new VerbFailedException(
                ExitCode.WrongUse, $"invalid availability zone {Quoted.Text(zone.Name)}; the zones are {string.Join(", ", used)}");
    }

    /// <summary>The environment with what the command line says instead.</summary>
    /// <exception cref="VerbFailedException">It is nonsense.</exception>
    internal static EnvironmentSpec Amended(EnvironmentSpec spec, string? series, string? constraints)
    {
        if (series is not null && EnvironmentReading.ParseWord(series, out _) is { } noSeries)
        {
            throw new VerbFailedException(ExitCode.WrongUse, $"--series: {noSeries}");
        }

        ConstraintRequest request = ConstraintRequest.None;
        if (constraints is not null && ConstraintText.TryParse(constraints, out request) is { } wrong)
        {
            throw new VerbFailedException(ExitCode.WrongUse, $"--constraints: {wrong}");
        }

        if (request.Asked.Zones.FirstOrDefault(zone => ZonesOf(spec).All(known => known.Zone != zone)) is { Name: not null } stranger)
        {
            throw new VerbFailedException(
                ExitCode.WrongUse, $"--constraints: there is no zone {stranger}; the zones are {string.Join(", ", ZonesOf(spec).Select(zone => zone.Zone))}");
        }

        return spec with
        {
            DefaultSeries = series ?? spec.DefaultSeries,
            Constraints = constraints is null ? spec.Constraints : ConstraintMerge.Merge(spec.Constraints, request),
        };
    }
}
