using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>member remove</c>: a state server without a vote, for ever.</summary>
internal static class MemberRemoveVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        Argument<string> member = MemberArgument.Make();
        var verb = new Verb(
            "remove",
            "Remove a state server without a vote for ever, or one that is only expected. One that votes is replaced, or the cluster made smaller.",
            "member remove server-4")
        {
            member,
        };
        new ModelCall().Serve(verb, async (parsed, session) =>
        {
            string name = parsed.GetValue(member)!;
            MembershipResponse answer = await session.Client.RemoveMemberAsync(
                new RemoveMemberRequest { Member = name }, session.CancellationToken);
            await session.WriteAsync($"Removed member {name}", new { answer.Revision });
        });
        return verb;
    }
}
