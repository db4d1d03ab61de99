using System.Diagnostics;

namespace StateServer.Chaos.Clusters;

/// <summary>One member under test: its addresses, its folder and, while it runs, its process. Not thread-safe but for its properties.</summary>
internal sealed class MemberProcess : IDisposable
{
    private readonly Func<MemberProcess, ProcessStartInfo> _commandLine;
    private readonly RunClaim _claim;
    private readonly List<(long From, long? To)> _alarmsExpected = [];
    private readonly Lock _gate = new();
    private Process? _process;
    private StreamWriter? _log;
    private bool _deathExpected;

    public MemberProcess(int slot, ulong id, string host, int clientPort, string folder, Func<MemberProcess, ProcessStartInfo> commandLine, RunClaim claim)
    {
        _claim = claim;
        Slot = slot;
        Id = id;
        Host = host;
        ClientPort = clientPort;
        Folder = folder;
        _commandLine = commandLine;
    }

    /// <summary>Raised with one line when the process ends while nobody wanted it to.</summary>
    public event Action<string>? DiedUnexpectedly;

    public int Slot { get; }

    public ulong Id { get; }

    public string Name => $"m{Slot}";

    public string Host { get; }

    public int ClientPort { get; }

    public int PeerPort => ClientPort + 1;

    public int HttpPort => ClientPort + 2;

    public string Folder { get; }

    /// <summary>The disk of its own that some faults give it; an ordinary folder otherwise.</summary>
    public string DiskFolder => Path.Combine(Folder, "disk");

    public string DataFolder => Path.Combine(DiskFolder, "data");

    public string LogFile => Path.Combine(Folder, "log.txt");

    /// <summary>Environment variables and a wrapping command that a fault adds to the next start.</summary>
    public Dictionary<string, string> ExtraEnvironment { get; } = [];

    public List<string> Wrapper { get; } = [];

    /// <summary>The disk that forgets, where the run needs one.</summary>
    public ForgetfulDisk? ForgetfulDisk { get; set; }

    /// <summary>Where the small disk is mounted, where the run needs one.</summary>
    public string? SmallDiskFolder { get; set; }

    /// <summary>Whether its wall clock can be moved.</summary>
    public bool HasFakeClock { get; set; }

    /// <summary>Whether a tracer is attached (proc(5), TracerPid).</summary>
    public bool IsTraced
    {
        get
        {
            try
            {
                return IsRunning && File.ReadLines($"/proc/{ProcessId}/status")
                    .Any(l => l.StartsWith("TracerPid:", StringComparison.Ordinal) && !l.EndsWith("\t0", StringComparison.Ordinal));
            }
            catch (IOException)
            {
                return false; // It ended just now.
            }
        }
    }

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Whether the kernel says that it is stopped (proc(5)).</summary>
    public bool IsStopped => IsRunning && ProcessProof.StateOf(ProcessId) == 'T';

    public bool IsPaused { get; private set; }

    /// <summary>Bytes of the log so far.</summary>
    public long LogLength => new FileInfo(LogFile) is { Exists: true } log ? log.Length : 0;

    public int ProcessId => _process?.Id ?? 0;

    public int? ExitCode => _process is { HasExited: true } ended ? ended.ExitCode : null;

    public void Start()
    {
        lock (_gate)
        {
            if (IsRunning)
            {
                return;
            }

            Directory.CreateDirectory(Folder);
            _log?.Dispose();
            _log = new StreamWriter(LogFile, append: true) { AutoFlush = true };
            _deathExpected = false;
            IsPaused = false;
            var process = new Process { StartInfo = _commandLine(this), EnableRaisingEvents = true };
            StreamWriter log = _log;
            DataReceivedEventHandler write = (_, line) =>
            {
                if (line.Data is { } text)
                {
                    lock (log)
                    {
                        log.WriteLine(text);
                    }
                }
            };
            process.OutputDataReceived += write;
            process.ErrorDataReceived += write;
            process.Exited += (_, _) => OnExited(process);
            process.Start();
            _claim.NoteProcess(process.Id);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            _process = process;
        }
    }

    /// <summary>Says that the process may end by itself from here on (an injected fsync error, a damaged file).</summary>
    public void ExpectDeath()
    {
        lock (_gate)
        {
            _deathExpected = true;
        }
    }

    /// <summary>Says that its log may hold critical lines from here on: a fault gives reason to them.</summary>
    public void ExpectAlarms() => _alarmsExpected.Add((LogLength, null));

    /// <summary>The reason for critical lines is gone.</summary>
    public void EndAlarms()
    {
        if (_alarmsExpected is [.., (var from, null)])
        {
            _alarmsExpected[^1] = (from, LogLength);
        }
    }

    /// <summary>Whether a fault gave reason to a critical line at this offset of the log.</summary>
    public bool AlarmIsExpectedAt(long offset) => _alarmsExpected.Any(w => offset >= w.From && offset <= (w.To ?? long.MaxValue));

    public void Kill() => End(Signals.Kill);

    public void Terminate() => End(Signals.Terminate);

    public void Pause()
    {
        if (Signal(Signals.Stop))
        {
            IsPaused = true;
        }
    }

    public void Continue()
    {
        if (Signal(Signals.Continue))
        {
            IsPaused = false;
        }
    }

    public async Task<bool> WaitForExitAsync(TimeSpan limit)
    {
        if (_process is not { } process)
        {
            return true;
        }

        using var timer = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(timer.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        Continue();
        Kill();
        _process?.WaitForExit(5000);
        _process?.Dispose();
        _log?.Dispose();
    }

    private void End(int signal)
    {
        ExpectDeath();
        Signal(signal);
    }

    private bool Signal(int signal)
    {
        lock (_gate)
        {
            return _process is { HasExited: false } process && Signals.Send(process.Id, signal);
        }
    }

    private void OnExited(Process process)
    {
        bool expected;
        lock (_gate)
        {
            expected = _deathExpected || !ReferenceEquals(process, _process);
        }

        if (!expected)
        {
            DiedUnexpectedly?.Invoke($"{Name} (pid {process.Id}) ended by itself with code {process.ExitCode}; its last words are in {LogFile}");
        }
    }
}
