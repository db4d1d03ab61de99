using StateServer.Scenarios.Processes;

namespace StateServer.Scenarios.Tools;

/// <summary>Debian's etcdctl, unmodified.</summary>
internal static class Etcdctl
{
    private const string Program = "/usr/bin/etcdctl";

    public static bool IsInstalled => File.Exists(Program);

    /// <summary>Skips the test where the machine has none.</summary>
    public static void Required() =>
        Assert.SkipUnless(IsInstalled, "etcdctl isn't installed (Debian: etcd-client)");

    /// <summary>Runs it against the endpoints given, comma between them.</summary>
    public static Task<CommandResult> RunAsync(string endpoints, IEnumerable<string> arguments, string? input = null) =>
        Command.RunAsync(
            Program,
            ["--endpoints", endpoints, "--command-timeout=20s", .. arguments],
            input,
            new Dictionary<string, string> { ["ETCDCTL_API"] = "3" });
}
