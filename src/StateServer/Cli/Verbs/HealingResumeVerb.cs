using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>healing resume</c>: lost state servers are replaced by themselves again.</summary>
internal static class HealingResumeVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb("resume", "Let lost state servers be replaced by themselves again, also where so many were within an hour that a guard stopped it.", "healing resume");
        new ModelCall().Serve(verb, async (_, session) =>
        {
            MembershipResponse answer = await session.Client.ResumeHealingAsync(session.CancellationToken);
            await session.WriteAsync("Healing goes on", new { answer.Revision });
        });
        return verb;
    }
}
