using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>cordon</c>: nothing more is placed in a zone, or on a machine.</summary>
internal static class CordonVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var subject = new Argument<string>("subject") { Description = "A zone's name, or a machine's number." };
        Option<bool> dryRun = ModelOptions.DryRun();
        var verb = new Verb(
            "cordon",
            "Keep a zone or machine as it is: nothing more is placed there. What runs there goes on.",
            "cordon local-b",
            "cordon 3")
        {
            subject,
        };
        verb.Options.Add(dryRun);
        new ModelCall().ServeWrite(verb, async (parsed, session) =>
        {
            var request = new CordonRequest { Subject = parsed.GetValue(subject)!, DryRun = parsed.GetValue(dryRun) };
            if (!request.Subject.All(char.IsAsciiDigit))
            {
                await ZoneCheck.FindAsync(session, request.Subject);
            }

            ChangeResponse change = await session.Client.CordonAsync(request, session.CancellationToken);
            await session.WriteChangeAsync(
                change, $"Cordoned {(request.Subject.All(char.IsAsciiDigit) ? "machine" : "zone")} {request.Subject}");
        });
        return verb;
    }
}
