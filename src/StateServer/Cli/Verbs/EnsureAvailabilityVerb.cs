using System.CommandLine;
using StateServer.Options;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>ensure-availability</c>: how many state servers there are to be.</summary>
internal static class EnsureAvailabilityVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        Option<string?> count = new("-n")
        {
            Description = "How many state servers: 1, 3, 5 or 7. Default: 0, which keeps their count, and makes it 3 at least.",
            HelpName = "COUNT",
        };
        Option<string?> series = new("--series") { Description = "The series of new machines. Default: that of the state servers there are.", HelpName = "SERIES" };
        Option<string[]> constraints = new("--constraints")
        {
            Description = "What new machines must offer, such as 'mem=2G cpu-cores=2'. Default: what the state servers there are offer.",
            HelpName = "WORDS",
        };
        Option<string[]> to = new("--to")
        {
            Description = "Where new machines stand, comma-separated: zone=ZONE,… . They never fall back to another zone.",
            HelpName = "PLACES",
        };
        Option<bool> force = new("--force") { Description = "Let several state servers become a single one, which survives no loss." };
        Option<bool> noWait = new("--no-wait") { Description = "Return once the cluster has begun with it." };
        Option<string> timeout = new("--timeout")
        {
            Description = "How long to wait until all vote. The cluster goes on by itself after it.",
            HelpName = "DURATION",
            DefaultValueFactory = _ => "10m",
        };
        Option<string?> file = new("-o") { Description = "Write the output to a file.", HelpName = "FILE" };
        Option<bool> dryRun = ModelOptions.DryRun();
        var verb = new Verb(
            "ensure-availability",
            "Say how many state servers there are to be, and wait until they vote. They are spread over the zones, and replaced by themselves "
            + "when one is lost. A second run while they start changes nothing.",
            "ensure-availability",
            "ensure-availability -n 5 --to zone=local-a,zone=local-b",
            "ensure-availability -n 3 --dry-run");
        foreach (Option option in new Option[] { count, series, constraints, to, force, noWait, timeout, file, dryRun })
        {
            verb.Options.Add(option);
        }

        new ModelCall("simple").Serve(verb, async (parsed, session) =>
        {
            if (Duration.TryParse(parsed.GetValue(timeout)!, out TimeSpan wait) is { } wrong)
            {
                throw new VerbFailedException(ExitCode.WrongUse, $"--timeout: {wrong}");
            }

            var request = new EnsureAvailabilityRequest
            {
                Voters = LocalOptions.Number(count, parsed) ?? 0,
                Series = parsed.GetValue(series) ?? "",
                Constraints = ModelOptions.Read(constraints, parsed),
                Force = parsed.GetValue(force),
                DryRun = parsed.GetValue(dryRun),
                NoWait = parsed.GetValue(noWait),
            };
            request.To.Add((parsed.GetValue(to) ?? []).SelectMany(places => places.Split(',', StringSplitOptions.TrimEntries)));
            foreach (string place in request.To)
            {
                await ZoneCheck.PlacementAsync(session, place);
            }

            await using FileStream? opened = Open(parsed.GetValue(file));
            AvailabilityProgress last = await AvailabilityCall.FollowAsync(
                session.Client, request, wait, parsed.InvocationConfiguration.Error, session.CancellationToken);
            opened?.SetLength(0);
            await using TextWriter? written = opened is null ? null : new StreamWriter(opened);
            await (session with { Output = written ?? session.Output }).WriteAsync(
                request.DryRun ? AvailabilityText.OfDryRun(last) : AvailabilityText.Simple(last.Changes),
                request.DryRun ? AvailabilityText.FieldsOfDryRun(last) : AvailabilityText.Fields(last.Changes));
            if (last.SpreadProblem.Length > 0)
            {
                throw new VerbFailedException(
                    ExitCode.Failed,
                    $"all {last.Target} vote, but they don't stand as widely as the zones allow: {last.SpreadProblem}",
                    "the cluster moves one there by itself once that zone has been usable for a while; 'stateserver status' shows it");
            }
        });
        return verb;
    }

    /// <summary>Before anything is asked for: a file that can't be written would be found out when all is done. What it holds stays until then.</summary>
    private static FileStream? Open(string? path)
    {
        try
        {
            return path is null ? null : new(path, FileMode.OpenOrCreate, FileAccess.Write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new VerbFailedException(ExitCode.WrongUse, $"-o: {e.Message}");
        }
    }
}
