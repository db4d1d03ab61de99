using System.CommandLine;
using StateServer.Chaos.Cli;

var root = new RootCommand("Runs the real executable under load and faults, and judges what its clients saw.");
root.Subcommands.Add(RunVerb.Create());
root.Subcommands.Add(ListVerb.Create());
root.Subcommands.Add(ReplayVerb.Create());
root.Subcommands.Add(CheckVerb.Create());
root.Subcommands.Add(SoakVerb.Create());
ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine(parsed.Errors[0].Message);
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, stop.Token);
