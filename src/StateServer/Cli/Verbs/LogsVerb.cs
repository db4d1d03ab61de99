using System.CommandLine;
using System.Text;
using Grpc.Core;
using StateServer.Client.Failures;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>logs</c>: what a unit prints.</summary>
internal static class LogsVerb
{
    /// <summary>From one look for more to the next, where there was none.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var unit = new Argument<string>("unit") { Description = "Such as web/0." };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what it prints, wherever it runs, until Ctrl-C." };
        var verb = new Verb(
            "logs",
            "Print what a unit printed on the machine where it runs now, as far as its machine keeps it (16 MiB by default).",
            "logs web/0",
            "logs web/0 -f")
        {
            unit,
        };
        verb.Options.Add(follow);
        new ModelCall().Serve(verb, async (parsed, session) =>
        {
            try
            {
                await new Reading(session, parsed.GetValue(unit)!, parsed.InvocationConfiguration.Error).RunAsync(parsed.GetValue(follow));
            }
            catch (OperationCanceledException) when (parsed.GetValue(follow) && session.CancellationToken.IsCancellationRequested)
            {
                // Ctrl-C is how following ends.
            }
        });
        return verb;
    }

    /// <summary>One reading, from the oldest byte that is kept on.</summary>
    private sealed class Reading(ModelSession session, string unit, TextWriter complaints)
    {
        // A character may be cut in two by the end of a piece.
        private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
        private long _assignment;
        private long _end;
        private string _lastFailure = "";

        /// <summary>Reads to the end, and where it follows, on from there.</summary>
        public async Task RunAsync(bool follows)
        {
            while (true)
            {
                ReadUnitLogResponse? piece = await NextAsync(follows);
                if (piece is { Data.IsEmpty: false })
                {
                    await WriteAsync(piece);
                    continue;
                }

                if (!follows)
                {
                    return;
                }

                await Task.Delay(Pause, TimeProvider.System, session.CancellationToken);
            }
        }

        /// <summary>The next piece; null where there is none for now, and it is asked again.</summary>
        private async Task<ReadUnitLogResponse?> NextAsync(bool follows)
        {
            try
            {
                var asked = new ReadUnitLogRequest { Unit = unit, Offset = _end, Assignment = _assignment };
                ReadUnitLogResponse piece = await session.Client.ReadUnitLogAsync(asked, session.CancellationToken);
                _lastFailure = "";
                (_assignment, _end) = (piece.Assignment, piece.Offset + piece.Data.Length);
                return piece;
            }
            catch (StateServerException failure) when (follows
                && failure.Code is StatusCode.Unavailable or StatusCode.FailedPrecondition or StatusCode.ResourceExhausted)
            {
                // A leader that dies, a machine that is replaced: what is followed is followed through all that passes.
                string said = ModelCall.Told(failure).Lines[0];
                if (said != _lastFailure)
                {
                    _lastFailure = said;
                    await complaints.WriteLineAsync($"stateserver: {said}; goes on");
                }

                return null;
            }
        }

        private async Task WriteAsync(ReadUnitLogResponse piece)
        {
            char[] text = new char[Encoding.UTF8.GetMaxCharCount(piece.Data.Length)];
            int length = _decoder.GetChars(piece.Data.Span, text, flush: false);
            if (session.Form == OutputForm.Text)
            {
                await session.Output.WriteAsync(text.AsMemory(0, length));
                return;
            }

            await session.WriteItemAsync("", new { unit, piece.Machine, piece.Assignment, piece.Offset, Text = new string(text, 0, length) });
        }
    }
}
