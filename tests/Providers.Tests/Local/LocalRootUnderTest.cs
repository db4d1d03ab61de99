using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Loopback;
using StateServer.Providers.Local;
using StateServer.Providers.Local.Native;
using StateServer.StateServer.Tests.Local;

namespace StateServer.Providers.Tests.Local;

/// <summary>A root with ports of its own; what was launched there ends with it.</summary>
internal sealed class LocalRootUnderTest : IDisposable
{
    /// <summary>Zones a, b and c with room for four, of nine machines in all.</summary>
    public const int Capacity = 4, MostMachines = 9;

    private readonly TemporaryFolder _folder = new();
    private readonly PortBlock _ports = PortBlock.Take();

    public LocalRootUnderTest()
    {
        Options = new LocalProviderOptions(Path, m => [Program, "hold", m.Folder])
        {
            Zones = LocalZone.First(capacity: Capacity),
            MostMachines = MostMachines,
            BasePort = _ports.First,
            StopGrace = TimeSpan.FromSeconds(60),
            LockPatience = TimeSpan.FromSeconds(60),
        };
    }

    /// <summary>The machine's program.</summary>
    public static string Program { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "StateServer.TestMachine");

    public string Path => _folder.Below("root");

    public LocalProviderOptions Options { get; set; }

    public ProviderRoot Files => new(Path);

    public LocalFaults Faults => new(Path, TimeSpan.FromSeconds(60), TimeProvider.System);

    public static Zone A { get; } = new("local-a");

    public static Zone B { get; } = new("local-b");

    public int FirstPort => _ports.First;

    public LocalProvider Provider(StartProcess? start = null) => new(Options, TimeProvider.System, start ?? DetachedProcess.Start);

    public string FolderOf(InstanceId id) => Files.FolderOf(id);

    public ImmutableArray<string> MachineFolders() => Directory.Exists(Files.MachinesFolder)
        ? [.. Directory.EnumerateDirectories(Files.MachinesFolder).Order(StringComparer.Ordinal)]
        : [];

    public void Dispose()
    {
        foreach (string folder in MachineFolders())
        {
            var processes = new MachineProcesses(folder, started: null);
            for (int i = 0; i < 1000 && MachineMark.Of(folder).Bearers().Count > 0; i++)
            {
                processes.Signal(LibC.SigKill);
            }
        }

        _folder.Dispose();
        _ports.Dispose();
    }
}
