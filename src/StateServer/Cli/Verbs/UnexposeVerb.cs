using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>unexpose</c>: closes a service's ports to the world.</summary>
internal static class UnexposeVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        Argument<string> service = ModelOptions.Service();
        Option<bool> dryRun = ModelOptions.DryRun();
        var verb = new Verb("unexpose", "Close a service's ports to the world.", "unexpose web") { service };
        verb.Options.Add(dryRun);
        new ModelCall().ServeWrite(verb, async (parsed, session) =>
        {
            var request = new UnexposeRequest { Service = parsed.GetValue(service)!, DryRun = parsed.GetValue(dryRun) };
            ChangeResponse change = await session.Client.UnexposeAsync(request, session.CancellationToken);
            await session.WriteChangeAsync(change, $"{request.Service} is not exposed any more");
        });
        return verb;
    }
}
