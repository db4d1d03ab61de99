using System.Text;
using StateServer.Cli;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Outcomes;
using StateServer.StateServer.Tests.Api.Hosting;

namespace StateServer.StateServer.Tests.Model;

/// <summary>
/// Plays a scenario: <c>$ words</c> is a command line of the executable, asked of real services over a cluster of one in memory;
/// <c>! words</c> is something that the leader's loop or an agent commits (see <see cref="ScenarioWork"/>); lines with # are for the
/// reader. What each prints stands below it. Of <c>status</c> only the model's part is kept: the rest moves with the clock.
/// </summary>
internal static class ModelScenario
{
    /// <summary>Plays it, and returns the text with what was printed now.</summary>
    public static async Task<string> PlayAsync(string scenario)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Replica.Restore(ReplicatedState.Empty with { FeatureLevel = ModelCommand.FirstFeatureLevel });
        var played = new StringBuilder();
        foreach (string line in scenario.ReplaceLineEndings("\n").Split('\n'))
        {
            switch (line)
            {
                case ['$', ' ', .. var words]:
                    Append(played, line);
                    await RunAsync(played, host, words);
                    break;
                case ['!', ' ', .. var words]:
                    Append(played, line);
                    if (host.Replica.Apply(ScenarioWork.Read(words, host.Replica.State.Model), null) is Rejection refused)
                    {
                        Append(played, $"refused: {refused.Detail}");
                    }

                    break;
                case "" or ['#', ..]:
                    Append(played, line);
                    break;
                default:
                    // Printed by an earlier playing.
                    break;
            }
        }

        return played.ToString().TrimEnd('\n') + "\n";
    }

    private static async Task RunAsync(StringBuilder played, ApiHost host, string line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        List<string> words = Words(line);
        int behind = words.IndexOf("--");
        words.InsertRange(behind < 0 ? words.Count : behind, ["--endpoints", host.Address]);
        int exitCode = await StateServerCommand.InvokeAsync(words, output, error);
        string text = output.ToString();
        if (words[0] == "status" && text.Length > 0)
        {
            int model = text.IndexOf("\nEnvironment ", StringComparison.Ordinal);
            text = model < 0 ? "(no model)" : text[(model + 1)..];
        }

        foreach (string printed in (text + error).ReplaceLineEndings("\n").Split('\n').Where(l => l.Length > 0))
        {
            Append(played, printed);
        }

        if (exitCode != 0)
        {
            Append(played, $"exit code {exitCode}");
        }
    }

    /// <summary>Words between spaces; what stands in single quotes is one, however it looks.</summary>
    private static List<string> Words(string line)
    {
        List<string> words = [];
        string[] parts = line.Split('\'');
        for (int part = 0; part < parts.Length; part++)
        {
            words.AddRange(part % 2 == 1 ? [parts[part]] : parts[part].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        return words;
    }

    private static void Append(StringBuilder text, string line) => text.Append(line).Append('\n');
}
