using System.Diagnostics;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Waiting;

namespace StateServer.Scenarios.Tools;

/// <summary>An <c>etcdctl watch</c> that runs, and what it has printed. Ends with its disposal.</summary>
internal sealed class EtcdctlWatch : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<string> _errors = [];

    private EtcdctlWatch(Process process)
    {
        _process = process;
        _ = ReadAsync(process.StandardOutput, _lines);
        _ = ReadAsync(process.StandardError, _errors);
    }

    /// <summary>Starts it with the arguments behind <c>watch</c>.</summary>
    public static EtcdctlWatch Start(string endpoints, params IEnumerable<string> arguments) => new(Process.Start(Command.StartInfo(
        "/usr/bin/etcdctl",
        ["--endpoints", endpoints, "watch", .. arguments],
        new Dictionary<string, string> { ["ETCDCTL_API"] = "3" }))!);

    /// <summary>Types a line into it.</summary>
    public async Task TypeAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until so many lines were printed, and returns all.</summary>
    public async Task<IReadOnlyList<string>> LinesAsync(int count)
    {
        await Until.TrueAsync($"etcdctl watch printed {count} lines", Patience, () => All(_lines).Length >= count, Evidence);
        return All(_lines);
    }

    /// <summary>Waits until a line was printed, and returns all.</summary>
    public async Task<IReadOnlyList<string>> AwaitAsync(string line)
    {
        await Until.TrueAsync($"etcdctl watch printed '{line}'", Patience, () => All(_lines).Contains(line), Evidence);
        return All(_lines);
    }

    /// <summary>Waits for its end: the exit code, and what it said on standard error.</summary>
    public async Task<(int ExitCode, string Error)> EndAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(deadline.Token);
        await Until.TrueAsync("its standard error was read", Patience, () => All(_errors).Length > 0, Evidence);
        return (_process.ExitCode, string.Join('\n', All(_errors)));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private string Evidence() => string.Join('\n', [.. All(_lines), .. All(_errors).Select(line => $"! {line}")]);

    private string[] All(List<string> lines)
    {
        lock (_gate)
        {
            return [.. lines];
        }
    }

    private async Task ReadAsync(StreamReader from, List<string> lines)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (_gate)
            {
                lines.Add(line);
            }
        }
    }
}
