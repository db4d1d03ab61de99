using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>confirm-restore</c>: a restored environment is this cluster's own.</summary>
internal static class ConfirmRestoreVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        Option<bool> dryRun = ModelOptions.DryRun();
        var verb = new Verb(
            "confirm-restore",
            "Confirm that a restored environment is this cluster's own: machines launched before the restore are ended and replaced.",
            "confirm-restore --dry-run",
            "confirm-restore");
        verb.Options.Add(dryRun);
        new ModelCall().Serve(verb, async (parsed, session) =>
        {
            var request = new ConfirmRestoreRequest { DryRun = parsed.GetValue(dryRun) };
            ChangeResponse change = await session.Client.ConfirmRestoreAsync(request, session.CancellationToken);
            await session.WriteChangeAsync(change, "The restore is confirmed; machines launched before it are ended and replaced");
        });
        return verb;
    }
}
