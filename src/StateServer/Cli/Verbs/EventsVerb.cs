using System.CommandLine;
using StateServer.Protos.Operator;
using StateServer.Reports.Formats;

namespace StateServer.Cli.Verbs;

/// <summary><c>events</c>: what happened to the model.</summary>
internal static class EventsVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what happens, until Ctrl-C." };
        Option<string?> count = new("-n")
        {
            Description = "At most so many of those that are kept, the newest. Default: all, which is 1000 at most.",
            HelpName = "COUNT",
        };
        var subject = new Option<string?>("--of")
        {
            Description = "Only those of one unit, machine, service or zone, as events name it, such as 'unit web/0'.",
            HelpName = "SUBJECT",
        };
        var verb = new Verb(
            "events",
            "Print what happened to machines, services and units, oldest first: time, number, kind, subject and a line. Of json, a line each.",
            "events -n 20",
            "events --follow --of 'machine 3'");
        verb.Options.Add(follow);
        verb.Options.Add(count);
        verb.Options.Add(subject);
        new ModelCall().Serve(verb, async (parsed, session) =>
        {
            if (LocalOptions.Number(count, parsed) is < 1 and var wrong)
            {
                throw new VerbFailedException(ExitCode.WrongUse, $"-n {wrong}: give 1 or more");
            }

            var request = new EventsRequest
            {
                Follow = parsed.GetValue(follow),
                Most = LocalOptions.Number(count, parsed) ?? 0,
                Subject = parsed.GetValue(subject) ?? "",
            };
            try
            {
                await foreach (ModelEvent told in session.Client.EventsAsync(request, session.CancellationToken))
                {
                    DateTimeOffset at = told.At.ToDateTimeOffset();
                    await session.WriteItemAsync(
                        $"{Rfc3339Time.Format(at)} {told.Number,5} {told.Kind,-20} {told.Subject}: {told.Text}",
                        new { told.Number, At = at, told.Kind, told.Subject, told.Text });
                }
            }
            catch (OperationCanceledException) when (request.Follow && session.CancellationToken.IsCancellationRequested)
            {
                // Ctrl-C is how following ends.
            }
        });
        return verb;
    }
}
