using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>retry-provisioning</c>: a launch that waits is tried again now.</summary>
internal static class RetryProvisioningVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var machine = new Argument<string>("machine") { Description = "The machine's number." };
        Option<bool> dryRun = ModelOptions.DryRun();
        var verb = new Verb(
            "retry-provisioning",
            "Try again now to launch a machine that waits after failed launches.",
            "retry-provisioning 3")
        {
            machine,
        };
        verb.Options.Add(dryRun);
        new ModelCall().ServeWrite(verb, async (parsed, session) =>
        {
            var request = new RetryProvisioningRequest { Machine = parsed.GetValue(machine)!, DryRun = parsed.GetValue(dryRun) };
            ChangeResponse change = await session.Client.RetryProvisioningAsync(request, session.CancellationToken);
            await session.WriteChangeAsync(change, $"The launch of machine {request.Machine} is tried again");
        });
        return verb;
    }
}
