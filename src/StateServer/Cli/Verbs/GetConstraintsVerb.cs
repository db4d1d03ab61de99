using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>get-constraints</c>: what machines that are launched must offer.</summary>
internal static class GetConstraintsVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        Option<string?> service = SetConstraintsVerb.ServiceOption();
        var verb = new Verb(
            "get-constraints",
            "Print the constraints of the environment, or of a service, merged with the environment's as they were when it got them.",
            "get-constraints",
            "get-constraints --service web --format json");
        verb.Options.Add(service);
        new ModelCall().Serve(verb, async (parsed, session) =>
        {
            GetConstraintsResponse answer = await session.Client.GetConstraintsAsync(
                new GetConstraintsRequest { Service = SetConstraintsVerb.Read(service, parsed) }, session.CancellationToken);
            await session.WriteAsync(answer.Constraints, new { answer.Revision, answer.Constraints });
        });
        return verb;
    }
}
