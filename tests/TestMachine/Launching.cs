using System.Globalization;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Providers.Local;

namespace StateServer.TestMachine;

/// <summary>One launcher among several, each a process: what a member does that leads, or that thinks so.</summary>
internal static class Launching
{
    /// <summary>Launches machines under the same tokens as every other launcher.</summary>
    public static async Task<int> RunAsync(string root, string port, string count)
    {
        var options = new LocalProviderOptions(root, static m => [Environment.ProcessPath!, "hold", m.Folder])
        {
            BasePort = int.Parse(port, CultureInfo.InvariantCulture),
            MostMachines = 9,
            LockPatience = TimeSpan.FromSeconds(90),
        };
        var provider = new LocalProvider(options, TimeProvider.System);
        for (int machine = 0; machine < int.Parse(count, CultureInfo.InvariantCulture); machine++)
        {
            var tags = new InstanceTags(new EnvironmentId(17), 1, new MachineId(machine), InstanceRole.Units);
            Instance made = await provider.LaunchAsync(
                new LaunchRequest(tags, 1, options.Zones[machine % 3].Zone, "jammy", null, Constraints.None, [1]), default);
            Console.WriteLine(made.Id);
        }

        return 0;
    }
}
