using System.Collections.Immutable;
using Spectre.Console;
using StateServer.Local;

namespace StateServer.Cli;

/// <summary>Shows what local members are doing: a live table on a terminal, otherwise a line a change.</summary>
internal static class LocalProgress
{
    /// <summary>Shows it while the work goes on.</summary>
    /// <param name="members">All members.</param>
    /// <param name="output">Where lines go when there is no terminal.</param>
    /// <param name="work">The work; it tells of each change.</param>
    public static async Task ShowAsync(
        ImmutableArray<LocalMember> members, TextWriter output, Func<Action<LocalMember, string>, Task> work)
    {
        if (Console.IsOutputRedirected || output != Console.Out)
        {
            await work((member, state) => output.WriteLine($"{member.Name}: {state}"));
            return;
        }

        Dictionary<int, string> states = members.ToDictionary(m => m.Slot, _ => "");
        await AnsiConsole.Live(Table(members, states)).StartAsync(live => work((member, state) =>
        {
            states[member.Slot] = state;
            live.UpdateTarget(Table(members, states));
        }));
    }

    private static Table Table(ImmutableArray<LocalMember> members, Dictionary<int, string> states)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumn("").AddColumn("").AddColumn("");
        foreach (LocalMember member in members)
        {
            table.AddRow(Markup.Escape(member.Name), Markup.Escape(member.Zone), Markup.Escape(states[member.Slot]));
        }

        return table;
    }
}
