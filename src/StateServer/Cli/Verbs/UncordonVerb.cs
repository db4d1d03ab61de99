using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>uncordon</c>: takes a cordon away.</summary>
internal static class UncordonVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var subject = new Argument<string>("subject") { Description = "A zone's name, or a machine's number." };
        Option<bool> dryRun = ModelOptions.DryRun();
        var verb = new Verb(
            "uncordon",
            "Take a cordon away: a zone or machine may be placed on again.",
            "uncordon local-b",
            "uncordon 3")
        {
            subject,
        };
        verb.Options.Add(dryRun);
        new ModelCall().ServeWrite(verb, async (parsed, session) =>
        {
            var request = new UncordonRequest { Subject = parsed.GetValue(subject)!, DryRun = parsed.GetValue(dryRun) };
            ChangeResponse change = await session.Client.UncordonAsync(request, session.CancellationToken);
            await session.WriteChangeAsync(
                change, $"Uncordoned {(request.Subject.All(char.IsAsciiDigit) ? "machine" : "zone")} {request.Subject}");
        });
        return verb;
    }
}
