using StateServer.Cli;
using StateServer.Hosting;

// First of all: the runtime reads these when the first socket is made.
TunedRuntime.Apply();
return await StateServerCommand.InvokeAsync(args);
