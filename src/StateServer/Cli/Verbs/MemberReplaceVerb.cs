using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>member replace</c>: another in a state server's place.</summary>
internal static class MemberReplaceVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        Argument<string> member = MemberArgument.Make();
        var verb = new Verb(
            "replace",
            "Put another state server in one's place: it is launched and taught first, then it gets the vote. Returns once that is in the log.",
            "member replace server-1")
        {
            member,
        };
        new ModelCall().Serve(verb, async (parsed, session) =>
        {
            string name = parsed.GetValue(member)!;
            MembershipResponse answer = await session.Client.ReplaceMemberAsync(
                new ReplaceMemberRequest { Member = name }, session.CancellationToken);
            await session.WriteAsync($"Member {name} will be replaced; 'stateserver member list' shows how far it is", new { answer.Revision });
        });
        return verb;
    }
}
