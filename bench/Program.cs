using System.CommandLine;
using StateServer.Bench.Cli;
using StateServer.Bench.Load;

ClientTuning.Apply();

RootCommand root = new("Measures a cluster of three, side by side with a Debian etcd, with the same client in one run; and the planner by itself.")
{
    RunCommand.Create(),
    ListCommand.Create(),
    PlacementCommand.Create(),
};
ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine($"bench: {parsed.Errors[0].Message}");
    return 2;
}
// A run stops its clusters before it ends: Ctrl-C and SIGTERM only ask it to.
return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
