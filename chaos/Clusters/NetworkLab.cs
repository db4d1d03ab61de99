using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace StateServer.Chaos.Clusters;

/// <summary>
/// A network of our own: this program runs in a network namespace with a bridge, each member in another one behind a veth
/// pair. Cuts are rules of the bridge, so clients (on the bridge itself) reach every member all the time.
/// </summary>
internal sealed class NetworkLab : IDisposable
{
    /// <summary>Set by <see cref="ReenterAsync"/> for the copy of this program that runs inside the new namespace.</summary>
    public const string InsideVariable = "STATESERVER_CHAOS_LAB";

    private readonly List<string> _namespaces = [];

    private NetworkLab()
    {
    }

    public static bool IsInside => Environment.GetEnvironmentVariable(InsideVariable) == "1";

    /// <summary>Null where this machine can make one, otherwise why not.</summary>
    public static string? Unavailable { get; } = FindObstacle();

    /// <summary>Runs this program again, with the same arguments, in a network namespace of its own.</summary>
    public static async Task<int> ReenterAsync(string[] arguments)
    {
        string self = Path.Combine(AppContext.BaseDirectory, "chaos.dll");
        var start = new ProcessStartInfo("unshare", ["--net", "dotnet", self, .. arguments]);
        start.Environment[InsideVariable] = "1";
        using Process inner = Process.Start(start)!;
        await inner.WaitForExitAsync();
        return inner.ExitCode;
    }

    public static NetworkLab Create(int members)
    {
        var lab = new NetworkLab();
        try
        {
            Run("ip", "link set lo up");
            Run("ip", "link add br0 type bridge");
            Run("ip", "addr add 10.77.0.254/24 dev br0");
            Run("ip", "link set br0 up");
            for (int slot = 0; slot < members; slot++)
            {
                lab.AddMember(slot);
            }

            Run("nft", "add table bridge chaos");
            Run("nft", "add chain bridge chaos forward { type filter hook forward priority 0 ; }");
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
    public static IReadOnlyList<string> Enter(int slot) => ["ip", "netns", "exec", Name(slot)];

    /// <summary>Drops what goes from one member to another, for each pair; replaces the cuts before.</summary>
    public static void Cut(IEnumerable<(int From, int To)> pairs)
    {
        var script = new StringBuilder("flush chain bridge chaos forward\n");
        foreach ((int from, int to) in pairs)
        {
            script.Append(CultureInfo.InvariantCulture, $"add rule bridge chaos forward iifname v{from} oifname v{to} counter drop\n");
        }

        Run("nft", "-f -", script.ToString());
    }

    /// <summary>How many packets the cuts in force have dropped.</summary>
    public static long Dropped()
    {
        string[] words = Run("nft", "list chain bridge chaos forward").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return words.Zip(words.Skip(1)).Where(w => w.First == "packets").Sum(w => long.Parse(w.Second, CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        foreach (string name in _namespaces)
        {
            Run("ip", $"netns del {name}");
        }
    }

    private static string Name(int slot) => string.Create(CultureInfo.InvariantCulture, $"sschaos{Environment.ProcessId}-{slot}");

    private static string? FindObstacle()
    {
        foreach (string tool in new[] { "ip", "nft", "unshare" })
        {
            if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, tool))))
            {
                return $"{tool} is not installed";
            }
        }

        return Environment.IsPrivilegedProcess ? null : "network namespaces need root";
    }

    private static string Run(string program, string arguments, string? input = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using Process process = Process.Start(start)!;
        if (input is not null)
        {
            process.StandardInput.Write(input);
        }

        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {arguments}: {error.Trim()}");
    }

    private void AddMember(int slot)
    {
        Run("ip", $"netns add {Name(slot)}");
        _namespaces.Add(Name(slot));
        Run("ip", $"link add v{slot} type veth peer name eth0 netns {Name(slot)}");
        Run("ip", $"link set v{slot} master br0 up");
        Run("ip", $"-n {Name(slot)} addr add {Host(slot)}/24 dev eth0");
        Run("ip", $"-n {Name(slot)} link set eth0 up");
        Run("ip", $"-n {Name(slot)} link set lo up");
    }
}
