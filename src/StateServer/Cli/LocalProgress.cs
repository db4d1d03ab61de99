using System.Collections.Immutable;
using Spectre.Console;
using StateServer.Local;

namespace StateServer.Cli;

/// <summary>Shows what local members are doing: a live table on a terminal, otherwise a line a change.</summary>
internal static class LocalProgress
{
    /// <summary>Shows fixed members while the work goes on.</summary>
    /// <param name="members">All members.</param>
    /// <param name="output">Where lines go when there is no terminal.</param>
    /// <param name="work">The work; it tells of each change.</param>
    public static Task ShowAsync(
        ImmutableArray<LocalMember> members, TextWriter output, Func<Action<LocalMember, string>, Task> work) => ShowAsync(
            members.Select(member => (member.Name, member.Zone)),
            output,
            tell => work((member, state) => tell(member.Name, member.Zone, state)));

    /// <summary>Shows state servers that are machines, each from when it is first told of.</summary>
    /// <param name="output">Where lines go when there is no terminal.</param>
    /// <param name="work">The work; it tells of each change.</param>
    public static Task ShowAsync(TextWriter output, Func<Action<LocalServer, string>, Task> work) => ShowAsync(
        [],
        output,
        tell => work((server, state) => tell(server.Name, server.Machine.Zone.Name, state)));

    private static async Task ShowAsync(
        IEnumerable<(string Name, string Zone)> known, TextWriter output, Func<Action<string, string, string>, Task> work)
    {
        if (Console.IsOutputRedirected || output != Console.Out)
        {
            await work((name, _, state) => output.WriteLine($"{name}: {state}"));
            return;
        }

        List<(string Name, string Zone, string State)> rows = [.. known.Select(one => (one.Name, one.Zone, ""))];
        await AnsiConsole.Live(Table(rows)).StartAsync(live => work((name, zone, state) =>
        {
            int row = rows.FindIndex(one => one.Name == name);
            if (row < 0)
            {
                rows.Add((name, zone, state));
            }
            else
            {
                rows[row] = (name, zone, state);
            }

            live.UpdateTarget(Table(rows));
        }));
    }

    private static Table Table(List<(string Name, string Zone, string State)> rows)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumn("").AddColumn("").AddColumn("");
        foreach ((string name, string zone, string state) in rows)
        {
            table.AddRow(Markup.Escape(name), Markup.Escape(zone), Markup.Escape(state));
        }

        return table;
    }
}
