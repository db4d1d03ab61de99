using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>explain</c>: why a unit, machine or member stands where it does, or what it waits for.</summary>
internal static class ExplainVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var subject = new Argument<string>("subject") { Description = "A unit, such as web/0, a machine's number, or a state server's name." };
        var verb = new Verb(
            "explain",
            "Say why a unit, machine or state server stands where it does, or what it waits for: the zones and machines considered, the "
            + "rules that left some out, the scores, what is awaited, and the launches so far; of a state server what was decided of it, too.",
            "explain web/0",
            "explain server-1",
            "explain 3 --format json")
        {
            subject,
        };
        new ModelCall().Serve(verb, async (parsed, session) =>
        {
            ExplainResponse answer = await session.Client.ExplainAsync(
                new ExplainRequest { Subject = parsed.GetValue(subject)! }, session.CancellationToken);
            await session.WriteAsync(ExplanationText.Of(answer), ExplanationText.Fields(answer));
        });
        return verb;
    }
}
