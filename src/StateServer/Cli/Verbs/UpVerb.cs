using System.CommandLine;
using StateServer.Local;
using StateServer.Options;

namespace StateServer.Cli.Verbs;

/// <summary><c>up</c>: a cluster on this machine, each member a process of its own.</summary>
internal static class UpVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb(
            "up",
            "Bring up an environment on this machine: the first state server as 'bootstrap' does it, then as many as are wanted, as "
            + "'ensure-availability' does it. Each is a process with its own folder and zone; a lost one is replaced. Resumes what is in the "
            + "folder already; what runs is left alone. Stays in front until Ctrl-C, which stops all.",
            "up",
            "up -n 5 --port 4000 --root /tmp/cluster --detach",
            "up --from-snapshot /backup/monday.snap --root /tmp/restored");
        Option<string?> count = LocalOptions.Count();
        Option<string?> port = LocalOptions.Port();
        var snapshot = new Option<string?>("--from-snapshot")
        {
            Description = "Begin a new cluster of fixed members with a saved snapshot, as 'snapshot restore' does.",
            HelpName = "FILE",
        };
        var bare = new Option<bool>("--no-environment")
        {
            Description = "Don't make an environment: a key-value store alone, whose members are fixed and whose revisions begin as etcd's do.",
        };
        var detach = new Option<bool>("--detach") { Description = "Return once all members serve; they go on." };
        var patience = new Option<string?>("--timeout")
        {
            Description = "How long to wait until all members serve, and then until all vote. Default: 60s, and 5m for the votes.",
            HelpName = "DURATION",
        };
        Option<string?> root = LocalOptions.Root();
        verb.Options.Add(count);
        verb.Options.Add(root);
        verb.Options.Add(port);
        verb.Options.Add(snapshot);
        verb.Options.Add(bare);
        verb.Options.Add(detach);
        verb.Options.Add(patience);
        verb.SetAction(parsed => RunAsync(
            new UpRequest(
                LocalRoot.Of(parsed.GetValue(root)),
                LocalOptions.Number(count, parsed),
                LocalOptions.Number(port, parsed),
                parsed.GetValue(snapshot),
                parsed.GetValue(bare),
                parsed.GetValue(detach),
                Patience(parsed.GetValue(patience))),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return verb;
    }

    private static TimeSpan? Patience(string? text)
    {
        if (text is null)
        {
            return null;
        }

        string? wrong = Duration.TryParse(text, out TimeSpan wait)
            ?? (wait <= TimeSpan.Zero ? "no member serves at once; give a second or more, such as 60s" : null);
        return wrong is null ? wait : throw new VerbFailedException(ExitCode.WrongUse, $"--timeout: {wrong}");
    }

    private static Task<int> RunAsync(UpRequest request, TextWriter output, TextWriter error)
    {
        LocalCluster? recorded = LocalCluster.Read(request.Root.Path);
        bool isFixed = request.Snapshot is not null || (recorded?.IsFixed ?? request.IsBare);
        return request.IsBare && !isFixed
            ? throw new VerbFailedException(
                ExitCode.WrongUse, $"--no-environment: {request.Root.Path} holds an environment; leave the flag out to resume it, or give another --root")
            : isFixed ? FixedUp.RunAsync(request, output) : new EnvironmentUp(request, output, error).RunAsync();
    }
}
