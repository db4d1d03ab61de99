using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using StateServer.Chaos.Clusters;
using StateServer.Protos.Operator;
using Client = StateServer.Protos.Operator.Membership.MembershipClient;

namespace StateServer.Chaos.Membership;

/// <summary>
/// A cluster of the real executable that <c>bootstrap</c> began and <c>ensure-availability</c> grew: its members come and go by themselves.
/// Who they are is asked of it; which processes they are, their command lines tell. Every process below its folder is ended on disposal. Thread-safe.
/// </summary>
internal sealed class HealingCluster : IAsyncDisposable
{
    private const int Zones = 5;

    /// <summary>It has no room. Three members stand in a, b and c, so it is the first choice of each replacement, which has to go elsewhere.</summary>
    private const string Full = "local-d";

    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan VerbLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ResumePause = TimeSpan.FromSeconds(10);

    private readonly string _executable;
    private readonly RunClaim _claim = RunClaim.Take(RunClaim.DefaultFolder);
    private readonly ConcurrentDictionary<string, GrpcChannel> _channels = new();
    private readonly ConcurrentDictionary<int, byte> _noted = new();
    private readonly ConcurrentDictionary<string, byte> _logs = new();
    private readonly ConcurrentQueue<Process> _started = new();

    private HealingCluster(string executable, string folder) => (_executable, Folder) = (executable, folder);

    /// <summary>How long a member may be silent: the local provider's usual.</summary>
    public static TimeSpan ReplaceAfter { get; } = TimeSpan.FromSeconds(5);

    /// <summary>The run's folder.</summary>
    public string Folder { get; }

    /// <summary>The environment's folder.</summary>
    public string Root => Path.Combine(Folder, "root");

    /// <summary>Where a launched machine's folder is made.</summary>
    public string MachinesFolder => Path.Combine(Root, "machines");

    /// <summary>What all processes printed, kept when their folders are removed.</summary>
    public string Logs => Path.Combine(Folder, "logs");

    /// <summary>Begins a cluster.</summary>
    /// <exception cref="InvalidOperationException">A verb failed; says its own words.</exception>
    public static async Task<HealingCluster> CreateAsync(string executable, string folder, int members, CancellationToken cancellationToken)
    {
        var cluster = new HealingCluster(executable, folder);
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "stateserver"));
            Directory.CreateDirectory(cluster.Logs);
            await File.WriteAllTextAsync(
                Path.Combine(folder, "stateserver", "environments.yaml"),
                string.Create(CultureInfo.InvariantCulture, $"default: chaos\nenvironments:\n  chaos: {{type: local, root: {cluster.Root}, zone-count: {Zones}, zone-capacity: {{{Full}: 0}}, replace-after: {ReplaceAfter.TotalSeconds}s}}\n"),
                cancellationToken);
            cluster._claim.NoteServers(folder);
            await cluster.VerbAsync(cancellationToken, "bootstrap", "--port", $"{FreePorts.Block(200)}");
            await cluster.VerbAsync(cancellationToken, "ensure-availability", "-n", $"{members}", "--timeout", "2m");
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The state servers that live, wherever they run: of members that were removed, too, and of copies of theirs.</summary>
    public IReadOnlyList<ServerProcess> Processes()
    {
        ServerProcess[] all =
        [
            .. ProcessProof.All().Select(pid => ServerProcess.Find(pid, Folder)).OfType<ServerProcess>(),
        ];
        foreach (ServerProcess process in all)
        {
            if (_noted.TryAdd(process.Pid, 0))
            {
                _claim.NoteProcess(process.Pid);
            }

            KeepLog(process);
        }

        return all;
    }

    /// <summary>A member's process; null where none lives.</summary>
    public ServerProcess? ProcessOf(Member member) => ProcessOf(member, Processes());

    /// <summary>A member's process among those that were seen; null where it is none of them.</summary>
    public ServerProcess? ProcessOf(Member member, IEnumerable<ServerProcess> processes) =>
        processes.FirstOrDefault(process => process.Machine == member.Machine && process.Folder.StartsWith(Root + "/", StringComparison.Ordinal));

    /// <summary>The folders of the machines that were launched and are not removed yet.</summary>
    public IReadOnlySet<string> MachineFolders() => Directory.EnumerateDirectories(MachinesFolder).ToHashSet(StringComparer.Ordinal);

    /// <summary>A connection to where a member may be.</summary>
    public GrpcChannel ChannelTo(string client) => _channels.GetOrAdd(client, Connections.Open);

    /// <summary>Asks one member after the other until one answers after a quorum round; null where none does.</summary>
    public async Task<T?> AskAsync<T>(Func<Client, CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        foreach (ServerProcess process in Processes().Where(process => ProcessProof.StateOf(process.Pid) != 'T'))
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(CallLimit);
            try
            {
                return await call(new Client(ChannelTo(process.Client)), new CallOptions(cancellationToken: limit.Token));
            }
            catch (RpcException)
            {
                // The next one.
            }
        }

        return null;
    }

    /// <summary>Who the members are; null where nobody can tell.</summary>
    public Task<ListMembersResponse?> ListAsync(CancellationToken cancellationToken) =>
        AskAsync((client, options) => client.ListMembersAsync(new ListMembersRequest(), options), cancellationToken);

    /// <summary>Waits until the members are as they should be.</summary>
    /// <param name="condition">How.</param>
    /// <param name="limit">How long.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="pause">Between two looks; a tenth of a second unless a moment is to be caught.</param>
    /// <returns>What was told; null where the time was over.</returns>
    public async Task<ListMembersResponse?> AwaitAsync(
        Func<ListMembersResponse, bool> condition, TimeSpan limit, CancellationToken cancellationToken, TimeSpan? pause = null)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < limit && !cancellationToken.IsCancellationRequested)
        {
            if (await ListAsync(cancellationToken) is { } answer && condition(answer))
            {
                return answer;
            }

            await Task.Delay(pause ?? Pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return null;
    }

    /// <summary>
    /// Says that healing may go on, until somebody takes it, as an operator does who looks on: what the guard counted of our own doing, or of
    /// a machine too busy to let members speak, is nothing to stop for.
    /// </summary>
    /// <returns>Whether it was taken.</returns>
    public async Task<bool> ResumeAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < limit && !cancellationToken.IsCancellationRequested)
        {
            if (await AskAsync((client, options) => client.ResumeHealingAsync(new ResumeHealingRequest(), options), cancellationToken) is not null)
            {
                return true;
            }

            await Task.Delay(Pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return false;
    }

    /// <summary>Waits until so many voters are there and all is well, and says again and again that healing may go on.</summary>
    /// <param name="voters">How many; null for as many as are wanted at the moment.</param>
    /// <param name="limit">How long.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What was told; null where the time was over.</returns>
    public async Task<ListMembersResponse?> WholeAsync(int? voters, TimeSpan limit, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) is var spent && spent < limit && !cancellationToken.IsCancellationRequested)
        {
            await ResumeAsync(ResumePause, cancellationToken);
            TimeSpan left = limit - spent;
            if (await AwaitAsync(answer => IsFull(answer, voters ?? answer.Target), left < ResumePause ? left : ResumePause, cancellationToken) is { } whole)
            {
                return whole;
            }
        }

        return null;
    }

    /// <summary>Whether so many members vote, none is wanting, leaving or silent, and nothing is under way.</summary>
    public static bool IsFull(ListMembersResponse answer, int voters) =>
        answer.Target == voters
        && answer.Operation.Length == 0
        && answer.Members.Count == voters
        && answer.Members.All(member => member is { Vote: "has-vote", Phase: "voting" })
        && answer.Members.Count(member => member.Leads) == 1;

    /// <summary>Runs a verb to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; says its own words.</exception>
    public async Task<string> VerbAsync(CancellationToken cancellationToken, params string[] words)
    {
        var start = new ProcessStartInfo(_executable, words) { RedirectStandardOutput = true, RedirectStandardError = true };
        (start.Environment["XDG_CONFIG_HOME"], start.Environment["XDG_STATE_HOME"]) = (Folder, Folder);
        (start.Environment["STATESERVER_ENVIRONMENTS"], start.Environment["STATESERVER_ENVIRONMENT"]) = ("", "");
        using Process process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(VerbLimit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            string error = await process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{string.Join(' ', words)}: {error.Trim()} (exit code {process.ExitCode})");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: false);
            throw;
        }
    }

    /// <summary>How a process is started again: its own words and environment, some words changed.</summary>
    public static ProcessStartInfo StartOf(ServerProcess process, Func<string, string>? change = null)
    {
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = Path.GetTempPath() };
        foreach (string word in (string[])["-c", "exec \"$@\" </dev/null >>\"$0\" 2>&1", process.LogFile, .. ProcessProof.WordsOf(process.Pid)])
        {
            start.ArgumentList.Add(change is null || word.StartsWith("exec ", StringComparison.Ordinal) ? word : change(word));
        }

        start.Environment.Clear();
        foreach (string variable in File.ReadAllText($"/proc/{process.Pid}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            start.Environment[variable.Split('=', 2)[0]] = variable.Split('=', 2)[1];
        }

        return start;
    }

    /// <summary>Starts a process that ends with the run.</summary>
    public Process Start(ProcessStartInfo start)
    {
        Process process = Process.Start(start)!;
        _claim.NoteProcess(process.Id);
        _started.Enqueue(process);
        return process;
    }

    /// <summary>SIGKILL of processes, and their end.</summary>
    /// <returns>Whether all are gone.</returns>
    public static async Task<bool> KillAsync(params IReadOnlyCollection<ServerProcess> processes)
    {
        foreach (ServerProcess process in processes)
        {
            Signals.Send(process.Pid, Signals.Kill);
        }

        long started = Stopwatch.GetTimestamp();
        while (processes.Any(process => ProcessProof.StartOf(process.Pid) is not null))
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(10))
            {
                return false;
            }

            await Task.Delay(20);
        }

        return true;
    }

    /// <summary>The data of a run that passed tell nothing more, and take hundreds of MiB; the logs stay. After <see cref="DisposeAsync"/>.</summary>
    public void DropData()
    {
        foreach (string data in Directory.EnumerateDirectories(Folder).Where(data => data != Logs))
        {
            Directory.Delete(data, recursive: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (int round = 0; round < 3; round++)
        {
            await KillAsync(Processes());
        }

        foreach (GrpcChannel channel in _channels.Values)
        {
            channel.Dispose();
        }

        foreach (Process process in _started)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            process.Dispose();
        }

        _claim.Dispose();
    }

    /// <summary>A second name for a log: a machine's folder goes with its machine.</summary>
    private void KeepLog(ServerProcess process)
    {
        if (File.Exists(process.LogFile) && _logs.TryAdd(process.LogFile, 0))
        {
            string name = Path.GetRelativePath(Folder, process.LogFile).Replace('/', '_');
            ExternalTool.Try("ln", "-f", process.LogFile, Path.Combine(Logs, name));
        }
    }
}
