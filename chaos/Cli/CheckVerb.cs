using System.CommandLine;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Cli;

/// <summary><c>check HISTORY…</c>: the linearizability checker alone.</summary>
internal static class CheckVerb
{
    public static Command Create()
    {
        var files = new Argument<string[]>("HISTORY") { Description = "JSON lines, one operation each.", Arity = ArgumentArity.OneOrMore };
        var limit = new Option<double>("--limit") { Description = "Seconds for each file.", DefaultValueFactory = _ => 60 };
        var command = new Command("check", "Judges histories of registers; exit code 0 when all are linearizable.") { files, limit };
        command.SetAction(parsed =>
        {
            bool allHold = true;
            foreach (string file in parsed.GetValue(files)!)
            {
                try
                {
                    Verdict verdict = LinearizabilityChecker.Check(HistoryFile.Read(file), TimeSpan.FromSeconds(parsed.GetValue(limit)));
                    Console.WriteLine($"{file}: {verdict.Conclusion.ToString().ToLowerInvariant()}: {verdict.Detail}");
                    allHold &= verdict.Conclusion == Conclusion.Holds;
                }
                catch (Exception unreadable) when (unreadable is IOException or InvalidDataException)
                {
                    Console.Error.WriteLine(unreadable.Message);
                    return 2;
                }
            }

            return allHold ? 0 : 1;
        });
        return command;
    }
}
