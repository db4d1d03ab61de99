using System.Collections.Immutable;
using System.CommandLine;
using StateServer.Domain.Identity;
using StateServer.Local;

namespace StateServer.Cli.Verbs;

/// <summary><c>local fail-zone</c>: a zone loses its power.</summary>
internal static class LocalFailZoneVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var zone = new Argument<string>("zone") { Description = "Such as local-b." };
        Option<string?> root = LocalOptions.Root();
        var verb = new Verb(
            "fail-zone",
            "Fail a zone of the local provider: its machines are killed and gone for good, and launches there fail until it is "
            + "healed. Lost state servers are replaced in other zones. Fixed members ('up --no-environment') that stand there are killed too; "
            + "their data is kept, and 'up' starts them again when the zone is healed. Only processes proven to be the machines' are sent a signal.",
            "local fail-zone local-b",
            "local fail-zone local-b --root /tmp/cluster")
        {
            zone,
            root,
        };
        verb.SetAction(parsed => RunAsync(
            LocalRoot.Of(parsed.GetValue(root)), new Zone(parsed.GetValue(zone)!), parsed.InvocationConfiguration.Output));
        return verb;
    }

    private static Task<int> RunAsync(LocalRoot root, Zone zone, TextWriter output) =>
        LocalTrial.RunAsync(root, async (faults, cancellationToken) =>
        {
            ImmutableArray<InstanceId> killed = await faults.FailZoneAsync(zone, cancellationToken);
            ImmutableArray<LocalMember> members = await new MemberFaults(root, LocalCluster.Read(root.Path)).KillInAsync(zone);
            foreach (string name in members.Select(m => m.Name).Concat(killed.Select(i => i.Name)))
            {
                await output.WriteLineAsync($"{name}: killed");
            }

            await output.WriteLineAsync(
                $"{zone} has failed, {Machines(killed.Length + members.Length)} with it; 'stateserver local heal-zone {zone}' heals it");
        });

    private static string Machines(int count) => count == 1 ? "1 machine" : $"{count} machines";
}
