using System.CommandLine;
using StateServer.Bench.Cli;
using StateServer.Bench.Load;

ClientTuning.Apply();

RootCommand root = new("Measures a cluster of three, side by side with a Debian etcd, with the same client in one run; the planner by itself; and how clusters heal.")
{
    RunCommand.Create(),
    ListCommand.Create(),
    PlacementCommand.Create(),
    HealingCommand.Create(),
};
ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine($"bench: {parsed.Errors[0].Message}");
    return 2;
}
// A run stops its clusters before it ends: Ctrl-C and SIGTERM only ask it to.
return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
