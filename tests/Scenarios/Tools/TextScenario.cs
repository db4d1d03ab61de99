using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using StateServer.Scenarios.Clusters;

namespace StateServer.Scenarios.Tools;

/// <summary>
/// A scenario as text: lines that begin with "$ " are etcdctl's arguments, "&lt; " its standard input, everything else is
/// what it printed ("! " before lines of standard error and a last "! exit N"). "$~ " sorts the lines that it printed.
/// What differs from run to run is masked: ids, ports, terms, durations; revisions become their distance from the revision
/// at which the run began, which commands name as {+N}. Written from Debian's etcd by setting SCENARIOS_REWRITE to the
/// folder of the texts, and held against both.
/// </summary>
internal sealed partial class TextScenario
{
    private readonly string _name;
    private readonly string[] _lines;

    public TextScenario(string name)
    {
        _name = name;
        _lines = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Texts", name)).TrimEnd('\n').Split('\n');
    }

    /// <summary>Runs every command through the member in the slot and compares what was printed.</summary>
    public async Task RunAsync(TestCluster cluster, int slot)
    {
        var (revision, names) = await BeginAsync(cluster, slot);
        var transcript = new StringBuilder();
        for (int at = 0; at < _lines.Length; at++)
        {
            if (!_lines[at].StartsWith('$'))
            {
                if (_lines[at].StartsWith('#') || transcript.Length == 0)
                {
                    transcript.AppendLine(_lines[at]);
                }

                continue;
            }

            string[] input = [.. _lines.Skip(at + 1).TakeWhile(line => line.StartsWith("< ", StringComparison.Ordinal) || line == "<")];
            transcript.AppendLine(_lines[at]);
            Array.ForEach(input, line => transcript.AppendLine(line));
            string printed = await ExecuteAsync(cluster.Endpoints[slot], _lines[at], input, revision);
            string masked = Masked(printed, cluster, revision, names);
            transcript.Append(_lines[at].StartsWith("$~ ", StringComparison.Ordinal) ? Sorted(masked) : masked).AppendLine();
        }

        Compare(transcript.ToString().TrimEnd('\n') + "\n", slot);
    }

    private static async Task<(long Revision, IReadOnlyDictionary<string, string> Names)> BeginAsync(TestCluster cluster, int slot)
    {
        var members = await cluster[slot].CallAsync("Cluster/MemberList", new Wire.WireWriter(), null);
        var names = members.Messages(2).ToDictionary(
            member => member.Text(2),
            member => $"NAME-{cluster.Endpoints.ToList().FindIndex(endpoint => member.Text(4).Contains(endpoint, StringComparison.Ordinal))}");
        return ((await cluster[slot].RangeAsync("health")).Revision, names);
    }

    private static async Task<string> ExecuteAsync(string endpoint, string line, string[] input, long revision)
    {
        bool sorted = line.StartsWith("$~ ", StringComparison.Ordinal);
        string Absolute(string text) => RelativeRevision().Replace(
            text,
            match => (revision + long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture));
        var result = await Etcdctl.RunAsync(
            endpoint,
            Words(Absolute(line[(sorted ? 3 : 2)..])),
            string.Concat(input.Select(typed => typed.Length > 2 ? Absolute(typed[2..]) + "\n" : "\n")));
        var printed = new StringBuilder().AppendLine(result.Output.TrimEnd('\n'));
        foreach (string error in result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            printed.AppendLine("! " + error);
        }

        if (result.ExitCode != 0)
        {
            printed.AppendLine(CultureInfo.InvariantCulture, $"! exit {result.ExitCode}");
        }

        return printed.ToString();
    }

    private static string Masked(string text, TestCluster cluster, long revision, IReadOnlyDictionary<string, string> names)
    {
        foreach (int slot in cluster.Slots)
        {
            text = text
                .Replace(cluster.Endpoints[slot], $"CLIENT-{slot}", StringComparison.Ordinal)
                .Replace($"127.0.0.1:{cluster.Port + (10 * slot) + 1}", $"PEER-{slot}", StringComparison.Ordinal);
        }

        foreach (var (name, mask) in names.Where(name => name.Key.Length > 0))
        {
            text = Regex.Replace(text, $@"(?<=, |""){Regex.Escape(name)}(?=, |"")", mask);
        }

        text = Here().Replace(text, "CLIENT-HERE");
        text = Revisions().Replace(text, match =>
        {
            long number = long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
            return match.Groups[1].Value + (number == 0 ? "0" : $"{number - revision:+0;-0;+0}");
        });
        text = Identities().Replace(text, "$1ID");
        text = HexIdentities().Replace(text, "ID");
        text = HexTexts().Replace(text, "HEX-ID");
        text = Warnings().Replace(text, "! warned: $1");
        return Durations().Replace(text, "took = TIME");
    }

    private static string Sorted(string text) =>
        string.Join('\n', text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)) + "\n";

    private void Compare(string transcript, int slot)
    {
        if (Environment.GetEnvironmentVariable("SCENARIOS_REWRITE") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, _name), transcript);
            return;
        }

        string expected = string.Join('\n', _lines) + "\n";
        if (Normal(expected) == Normal(transcript))
        {
            return;
        }

        string[] want = Normal(expected).Split('\n'), got = Normal(transcript).Split('\n');
        int first = want.Zip(got).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.Fail(
            $"{_name} through slot {slot} differs from line {first + 1} on\n--- expected\n"
            + string.Join('\n', want.Skip(Math.Max(0, first - 4)).Take(14))
            + "\n--- got\n"
            + string.Join('\n', got.Skip(Math.Max(0, first - 4)).Take(14)));
    }

    /// <summary>Blank lines part the commands in the text and count for nothing at a block's end.</summary>
    private static string Normal(string text) => BlankLines().Replace(text, "\n").Trim();

    /// <summary>Parts a command line into words; quotes keep blanks together.</summary>
    private static IEnumerable<string> Words(string line) =>
        Word().Matches(line).Select(match => match.Groups[1].Success ? match.Groups[1].Value : match.Value);

    [GeneratedRegex(@"CLIENT-\d(?= is healthy)")]
    private static partial Regex Here();

    [GeneratedRegex(@"\{\+(\d+)\}")]
    private static partial Regex RelativeRevision();

    [GeneratedRegex("(\"(?:revision|create_revision|mod_revision|compact_revision)\":|compacted revision |\"(?:Revision|CreateRevision|ModRevision)\" : )(\\d+)")]
    private static partial Regex Revisions();

    [GeneratedRegex("(\"(?:cluster_id|member_id|raft_term|ID|ClusterID|MemberID|RaftTerm)\"\\s?:\\s?)\\d+")]
    private static partial Regex Identities();

    [GeneratedRegex(@"\b[0-9a-f]{12,16}\b(?=, (started|unstarted))")]
    private static partial Regex HexIdentities();

    [GeneratedRegex(@"\b(?=[0-9a-f]*[a-f])[0-9a-f]{13,16}\b")]
    private static partial Regex HexTexts();

    /// <summary>etcdctl logs each refusal as json, with time and place; its cause is what counts.</summary>
    [GeneratedRegex("! \\{\"level\":\"warn\".*\"error\":\"([^\"]*)\"\\}")]
    private static partial Regex Warnings();

    [GeneratedRegex(@"took = \S+")]
    private static partial Regex Durations();

    [GeneratedRegex(@"\n{2,}")]
    private static partial Regex BlankLines();

    [GeneratedRegex("'([^']*)'|\\S+")]
    private static partial Regex Word();
}
