using System.CommandLine;
using System.Globalization;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>leader transfer</c>: another state server leads.</summary>
internal static class LeaderTransferVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        Argument<string> member = MemberArgument.Make(isOptional: true);
        var verb = new Verb(
            "transfer",
            "Hand leadership to another state server that votes and is caught up. Writes stop for a few milliseconds.",
            "leader transfer",
            "leader transfer server-2")
        {
            member,
        };
        new ModelCall().Serve(verb, async (parsed, session) =>
        {
            TransferLeadershipResponse answer = await session.Client.TransferLeadershipAsync(
                new TransferLeadershipRequest { Member = parsed.GetValue(member) ?? "" }, session.CancellationToken);
            await session.WriteAsync(
                answer.Leader == 0 ? "Leadership was handed over" : $"{answer.Name} leads",
                new { Leader = answer.Leader.ToString(CultureInfo.InvariantCulture), answer.Name });
        });
        return verb;
    }
}
