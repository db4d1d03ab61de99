using System.Collections.Immutable;
using System.Text.Json;
using StateServer.Options;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Providers.Local;

namespace StateServer.Local;

/// <summary>
/// The state servers of a root that are machines of the local provider: launches the first one, starts those that were stopped, waits
/// until they serve, and stops them. Not thread-safe.
/// </summary>
internal sealed class LocalServers : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly LocalRoot _root;
    private readonly LocalCluster _cluster;
    private readonly TimeProvider _time;
    private readonly LocalProviderOptions _options;
    private readonly LocalPower _power;
    private readonly LocalReadiness _readiness = new();
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Those of a root; nothing is read yet.</summary>
    public LocalServers(LocalRoot root, LocalCluster cluster, TimeProvider time)
    {
        _root = root;
        _cluster = cluster;
        _time = time;
        _options = cluster.ProviderOptions(root);
        _power = new LocalPower(_options, time);
    }

    /// <summary>All, in the order of their machines, whether they run or not.</summary>
    public ImmutableArray<LocalServer> All() =>
    [
        .. _power.Look(InstanceRole.StateServer).Select(sight => new LocalServer(
            NameOf(sight.Machine), sight.Machine, sight.State is InstanceState.Pending or InstanceState.Running)),
    ];

    /// <summary>Starts those that were stopped; launches the first where there is none.</summary>
    /// <param name="say">Told of each.</param>
    /// <param name="cancellationToken">Ends the wait for others' work in the root.</param>
    /// <exception cref="LocalFailureException">One can't be started, or all have ended for good.</exception>
    public async Task StartAsync(Action<LocalServer, string> say, CancellationToken cancellationToken)
    {
        ImmutableArray<LocalServer> before = All();
        if (before.IsEmpty && !_cluster.IsFixed)
        {
            await LaunchFirstAsync(cancellationToken);
        }
        else
        {
            await ProviderWork.ToldAsync(() => _power.StartAsync(InstanceRole.StateServer, cancellationToken));
        }

        foreach (LocalServer server in All())
        {
            bool ran = before.Any(known => known.Machine.Id == server.Machine.Id && known.Runs);
            say(server, ran ? "runs already" : $"started (machine {server.Machine.Tags.Machine})");
        }
    }

    /// <summary>Waits until each serves or has ended.</summary>
    /// <param name="patience">How long in all.</param>
    /// <param name="say">Told of each one's state when it changes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Those that don't serve, each with the reason.</returns>
    public async Task<ImmutableArray<(LocalServer Server, string Reason)>> WaitAsync(
        TimeSpan patience, Action<LocalServer, string> say, CancellationToken cancellationToken)
    {
        long started = _time.GetTimestamp();
        Dictionary<string, string?> told = new(StringComparer.Ordinal);
        while (true)
        {
            var waiting = ImmutableArray.CreateBuilder<(LocalServer Server, string Reason)>();
            foreach (LocalServer server in All())
            {
                string? reason = server.Runs
                    ? await _readiness.WhyNotAsync(server.Machine.Ports, cancellationToken)
                    : $"ended{LogTail.LastComplaint(server.Machine.LogFile)}";
                if (reason is not null)
                {
                    waiting.Add((server, reason));
                }

                if (!told.TryGetValue(server.Machine.Id.Name, out string? last) || last != reason)
                {
                    say(server, reason ?? "serves");
                    told[server.Machine.Id.Name] = reason;
                }
            }

            if (waiting.All(one => !one.Server.Runs) || _time.GetElapsedTime(started) >= patience)
            {
                return waiting.ToImmutable();
            }

            await Task.Delay(Pause, _time, cancellationToken);
        }
    }

    /// <summary>Asks all to stop, and after the provider's grace makes them.</summary>
    /// <param name="say">Told of what becomes of each.</param>
    /// <exception cref="LocalFailureException">One still runs, or its process can't be proven to be its.</exception>
    public async Task StopAsync(Action<LocalServer, string> say)
    {
        if (!_power.HasMachines)
        {
            return;
        }

        ImmutableArray<LocalServer> running = [.. All().Where(server => server.Runs)];
        await ProviderWork.ToldAsync(() => _power.StopAsync(InstanceRole.StateServer, CancellationToken.None));
        foreach (LocalServer server in running)
        {
            say(server, "stopped");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _readiness.Dispose();

    private async Task LaunchFirstAsync(CancellationToken cancellationToken)
    {
        LaunchRequest request = new FirstMember(_root, _cluster, Environment.GetEnvironmentVariable).Request();
        var provider = new LocalProvider(_options, _time);
        Instance first = await ProviderWork.ToldAsync(() => provider.LaunchAsync(request, cancellationToken));
        if (first.State == InstanceState.Terminated)
        {
            throw new LocalFailureException(
                wrongUse: false,
                $"no state server of {_root.Path} is left, and its data went with them; 'stateserver down --destroy --root {_root.Path}' removes the rest");
        }
    }

    /// <summary>A member is called as its settings say; its machine's user data never change.</summary>
    private string NameOf(LocalMachine machine)
    {
        if (!_names.TryGetValue(machine.Id.Name, out string? name))
        {
            name = ReadName(machine);
            _names[machine.Id.Name] = name;
        }

        return name;
    }

    private static string ReadName(LocalMachine machine)
    {
        try
        {
            using var settings = JsonDocument.Parse(File.ReadAllBytes(machine.UserDataFile));
            if (settings.RootElement.TryGetProperty(ServerSettings.Name.Name, out JsonElement name) && name.GetString() is { } text)
            {
                return text;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            // It is called by its number then.
        }

        return $"machine-{machine.Tags.Machine}";
    }
}
