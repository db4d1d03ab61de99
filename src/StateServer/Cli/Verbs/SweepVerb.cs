using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>sweep</c>: what a restored or recovered environment would end of what was launched before, and the word that lets it.</summary>
internal static class SweepVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var confirm = new Option<bool>("--confirm")
        {
            Description = "Let it: machines and instances of before are ended, replaced and declared lost as usual from now on.",
        };
        var verb = new Verb(
            "sweep",
            "After a restore or a recovery nothing is ended or declared lost, and the sweep only reports: this shows what it would do, and with --confirm lets it.",
            "sweep",
            "sweep --confirm");
        verb.Options.Add(confirm);
        new ModelCall().Serve(verb, async (parsed, session) =>
        {
            bool isConfirmed = parsed.GetValue(confirm);
            var request = new ConfirmRestoreRequest { DryRun = !isConfirmed };
            ChangeResponse change = await session.Client.ConfirmRestoreAsync(request, session.CancellationToken);
            await session.WriteChangeAsync(change, "The sweep is confirmed; machines launched before the restore or recovery are ended and replaced");
        });
        return verb;
    }
}
