using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>remove-service</c>: a service that is to go, with all its units.</summary>
internal static class RemoveServiceVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        Argument<string> service = ModelOptions.Service();
        Option<bool> dryRun = ModelOptions.DryRun();
        var verb = new Verb(
            "remove-service",
            "Remove a service and all its units. It is gone with the last of them.",
            "remove-service web",
            "remove-service web --dry-run")
        {
            service,
        };
        verb.Options.Add(dryRun);
        new ModelCall().ServeWrite(verb, async (parsed, session) =>
        {
            var request = new RemoveServiceRequest { Service = parsed.GetValue(service)!, DryRun = parsed.GetValue(dryRun) };
            ChangeResponse change = await session.Client.RemoveServiceAsync(request, session.CancellationToken);
            await session.WriteChangeAsync(change, $"Removing {request.Service} and all its units");
        });
        return verb;
    }
}
