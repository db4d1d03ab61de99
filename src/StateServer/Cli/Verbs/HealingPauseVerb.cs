using System.CommandLine;
using StateServer.Options;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>healing pause</c>: nothing is healed by itself for a while.</summary>
internal static class HealingPauseVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var length = new Option<string?>("--for") { Description = "How long. Default: until 'healing resume'.", HelpName = "DURATION" };
        var why = new Option<string?>("--why") { Description = "Why, for whoever looks at the status meanwhile.", HelpName = "LINE" };
        var verb = new Verb(
            "pause",
            "Let no lost state server be replaced by itself for a while. What is begun goes on.",
            "healing pause --for 30m --why 'new disks'");
        verb.Options.Add(length);
        verb.Options.Add(why);
        new ModelCall().Serve(verb, async (parsed, session) =>
        {
            TimeSpan time = TimeSpan.Zero;
            if (parsed.GetValue(length) is { } text
                && (Duration.TryParse(text, out time) ?? (time < TimeSpan.FromMilliseconds(1) ? "give more than nothing, such as 30m" : null)) is { } wrong)
            {
                throw new VerbFailedException(ExitCode.WrongUse, $"--for: {wrong}");
            }

            MembershipResponse answer = await session.Client.PauseHealingAsync(
                new PauseHealingRequest { ForMilliseconds = (long)time.TotalMilliseconds, Why = parsed.GetValue(why) ?? "" }, session.CancellationToken);
            await session.WriteAsync(
                time > TimeSpan.Zero ? $"Healing is paused for {Duration.Format(time)}" : "Healing is paused until 'stateserver healing resume'",
                new { answer.Revision });
        });
        return verb;
    }
}
