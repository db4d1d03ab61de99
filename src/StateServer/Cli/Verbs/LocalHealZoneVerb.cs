using System.CommandLine;
using StateServer.Domain.Identity;
using StateServer.Local;

namespace StateServer.Cli.Verbs;

/// <summary><c>local heal-zone</c>: a failed zone takes machines again.</summary>
internal static class LocalHealZoneVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var zone = new Argument<string>("zone") { Description = "Such as local-b." };
        Option<string?> root = LocalOptions.Root();
        var verb = new Verb(
            "heal-zone",
            "Heal a zone that 'local fail-zone' failed: machines can be launched there again. Those that it lost stay lost; fixed members "
            + "('up --no-environment') that stood there are started again by 'up'.",
            "local heal-zone local-b")
        {
            zone,
            root,
        };
        verb.SetAction(parsed => RunAsync(
            LocalRoot.Of(parsed.GetValue(root)), new Zone(parsed.GetValue(zone)!), parsed.InvocationConfiguration.Output));
        return verb;
    }

    private static Task<int> RunAsync(LocalRoot root, Zone zone, TextWriter output) =>
        LocalTrial.RunAsync(root, async (faults, cancellationToken) => await output.WriteLineAsync(
            await faults.HealZoneAsync(zone, cancellationToken) ? $"{zone} is healed" : $"{zone} had not failed"));
}
