using System.CommandLine;
using StateServer.Bench.Workloads;

namespace StateServer.Bench.Cli;

/// <summary>bench list: the workloads' names and what they do.</summary>
internal static class ListCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("list", "Show the workloads.");
        command.SetAction(_ =>
        {
            int width = WorkloadCatalogue.All.Max(workload => workload.Name.Length);
            foreach (Workload workload in WorkloadCatalogue.All)
            {
                Console.WriteLine($"{workload.Name.PadRight(width)}  {workload.Description}");
            }
        });
        return command;
    }
}
