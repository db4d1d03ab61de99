using System.Diagnostics;
using System.Globalization;
using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Networks;

/// <summary>
/// A network of our own: this program runs in a network namespace, each member in another one, and a switch inside this
/// program carries the packets between them. It needs nothing of the kernel but namespaces and tun(4).
/// </summary>
internal sealed class NetworkLab : IDisposable
{
    /// <summary>Set by <see cref="ReenterAsync"/> for the copy of this program that runs inside the new namespace.</summary>
    private const string InsideVariable = "STATESERVER_CHAOS_LAB";

    /// <summary>Packets this large spare the switch work; the kernel's default of 1500 would be cut from the same stream.</summary>
    private const string PacketBytes = "9000";

    private readonly List<string> _namespaces = [];
    private readonly RunClaim _claim;
    private NetworkSwitch? _switch;

    private NetworkLab(RunClaim claim) => _claim = claim;

    public static bool IsInside => Environment.GetEnvironmentVariable(InsideVariable) == "1";

    /// <summary>Null where this machine can make one, otherwise why not.</summary>
    public static string? Unavailable { get; } = FindObstacle();

    /// <summary>Where conditions of links are set.</summary>
    public LinkTraffic Traffic => _switch!.Traffic;

    /// <summary>
    /// Runs this program again, with these arguments, in a network namespace of its own; a stop is passed on, and waited for.
    /// </summary>
    public static async Task<int> ReenterAsync(string[] arguments, CancellationToken stop)
    {
        string self = Path.Combine(AppContext.BaseDirectory, "chaos.dll");
        var start = new ProcessStartInfo("unshare", ["--net", "dotnet", self, .. arguments]);
        start.Environment[InsideVariable] = "1";
        using Process inner = Process.Start(start)!;
        await using CancellationTokenRegistration pass = stop.Register(() => Signals.Send(inner.Id, Signals.Terminate));
        await inner.WaitForExitAsync(CancellationToken.None);

        // Nothing is left, unless the copy was killed.
        foreach (string undone in RunClaim.Sweep(RunClaim.DefaultFolder))
        {
            await Console.Error.WriteLineAsync($"swept what the run left: {undone}");
        }

        return inner.ExitCode;
    }

    /// <summary>Inside: asks for a stop once the process that made the namespace is gone, so that a killed runner leaves nothing.</summary>
    public static async Task WatchParentAsync(CancellationTokenSource stop)
    {
        int parent = ProcessProof.ParentOfThis();
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(0.5), stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ProcessProof.ParentOfThis() != parent)
            {
                await stop.CancelAsync();
            }
        }
    }

    public static NetworkLab Create(int members, int seed, RunClaim claim)
    {
        var lab = new NetworkLab(claim);
        try
        {
            ExternalTool.Run("ip", "link", "set", "lo", "up");
            var runner = new TunDevice("runner");
            SetUp([], "runner", "10.77.0.254/24");
            lab._switch = new NetworkSwitch([.. Enumerable.Range(0, members).Select(lab.AddMember)], runner, seed);
            return lab;
        }
        catch
        {
            lab.Dispose();
            throw;
        }
    }

    public static string Host(int slot) => string.Create(CultureInfo.InvariantCulture, $"10.77.0.{slot + 1}");

    /// <summary>The words that start a command inside a member's namespace.</summary>
    public static IReadOnlyList<string> Enter(int slot) => ["ip", "netns", "exec", NamespaceOf(slot)];

    public void Dispose()
    {
        _switch?.Dispose();
        foreach (string name in _namespaces)
        {
            ExternalTool.Try("ip", "netns", "del", name);
        }
    }

    private static string NamespaceOf(int slot) => string.Create(CultureInfo.InvariantCulture, $"{RunClaim.NamespacePrefix}{Environment.ProcessId}-{slot}");

    private static string? FindObstacle()
    {
        if (IsInside)
        {
            return null;
        }

        return !ExternalTool.IsInstalled("ip") ? "ip (iproute2) is not installed"
            : !ExternalTool.IsInstalled("unshare") ? "unshare is not installed"
            : !Environment.IsPrivilegedProcess ? "network namespaces need root"
            : !ExternalTool.Try("unshare", "--net", "ip", "tuntap", "add", "dev", "probe", "mode", "tun") ? "the kernel grants no network namespace with a tun device"
            : null;
    }

    private static void SetUp(string[] inside, string device, string address)
    {
        ExternalTool.Run("ip", [.. inside, "addr", "add", address, "dev", device]);
        ExternalTool.Run("ip", [.. inside, "link", "set", device, "mtu", PacketBytes, "up"]);
    }

    private TunDevice AddMember(int slot)
    {
        string name = NamespaceOf(slot);
        _claim.NoteNamespace(name);
        ExternalTool.Run("ip", "netns", "add", name);
        _namespaces.Add(name);
        string interfaceName = string.Create(CultureInfo.InvariantCulture, $"m{slot}");
        var device = new TunDevice(interfaceName);
        ExternalTool.Run("ip", "link", "set", interfaceName, "netns", name);
        ExternalTool.Run("ip", "-n", name, "link", "set", "lo", "up");
        SetUp(["-n", name], interfaceName, $"{Host(slot)}/24");
        return device;
    }
}
