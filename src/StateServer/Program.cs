using StateServer.Agent.Shim;
using StateServer.Cli;
using StateServer.Hosting;

// One runs beside each unit for as long as the unit does: it loads nothing of the command line, the host or the network.
if (args is [UnitShim.VerbName, var folder])
{
    return await UnitShim.RunAsync(folder);
}

// First of all: the runtime reads these when the first socket is made.
TunedRuntime.Apply();
return await StateServerCommand.InvokeAsync(args);
