using System.CommandLine;
using System.Runtime.InteropServices;
using StateServer.Chaos.Cli;
using StateServer.Chaos.Networks;

var root = new RootCommand("Runs the real executable under load and faults, and judges what its clients saw.");
root.Subcommands.Add(RunVerb.Create());
root.Subcommands.Add(ListVerb.Create());
root.Subcommands.Add(ReplayVerb.Create());
root.Subcommands.Add(CheckVerb.Create());
root.Subcommands.Add(ShortVerb.Create());
root.Subcommands.Add(CampaignVerb.Create());
root.Subcommands.Add(SoakVerb.Create());
root.Subcommands.Add(PlantedVerb.Create());
ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine(parsed.Errors[0].Message);
    return 2;
}

Executable.ShareRuntime();

// Whatever asks this program to end, members are stopped and mounts and namespaces undone first.
using var stop = new CancellationTokenSource();
PosixSignalRegistration[] signals =
[
    .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        stop.Cancel();
    })),
];
Task watch = NetworkLab.IsInside ? NetworkLab.WatchParentAsync(stop) : Task.CompletedTask;
try
{
    return await parsed.InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
}
catch (OutOfReachException missing)
{
    Console.Error.WriteLine(missing.Message);
    return 1;
}
finally
{
    await stop.CancelAsync();
    await watch;
    foreach (PosixSignalRegistration signal in signals)
    {
        signal.Dispose();
    }
}
