using StateServer.Agent.Following;
using StateServer.Agent.Native;
using StateServer.Agent.Reports;
using StateServer.Agent.Units;
using StateServer.Client;
using StateServer.Providers.Local;

namespace StateServer.Agent;

/// <summary>
/// The agent of one machine: runs the units that the leader assigns to it, and tells what becomes of them. Its units outlive it, however it
/// ends; the next process on the same folder takes them up.
/// </summary>
internal static partial class MachineAgent
{
    /// <summary>How late an end or a due start may be noticed; a look is one system call for all units.</summary>
    private static readonly TimeSpan StepPeriod = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan ClaimPatience = TimeSpan.FromSeconds(2);

    /// <summary>Runs until <paramref name="stop"/>; then the units run on.</summary>
    /// <param name="options">What it was told.</param>
    /// <param name="executable">The command that starts this executable again.</param>
    /// <param name="loggers">The log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="IOException">The folder can't be used: another process or another machine has it, or it can't be written.</exception>
    public static async Task RunAsync(
        AgentOptions options, IReadOnlyList<string> executable, ILoggerFactory loggers, TimeProvider time, CancellationToken stop)
    {
        using FolderLock? claim = await FolderLock.TakeAsync(options.Folder, ClaimPatience, time, stop);
        if (claim is null)
        {
            throw new IOException($"{options.Folder} belongs to a running agent; stop it, or give another --folder");
        }

        AgentRecord.Check(options);
        await using var client = new StateServerClient(
            new ClientOptions { Endpoints = options.Endpoints, MaxEndpoints = Math.Max(32, options.Endpoints.Length) },
            time,
            loggers.CreateLogger<StateServerClient>());
        using var host = new ShimHost(options.Folder, executable);
        var reports = new UnitReports();
        var roster = new UnitRoster(
            host,
            reports,
            options,
            () => client.Endpoints.Select(static e => e.ToString()),
            ProcessCalls.BootTimeNanoseconds,
            time,
            loggers.CreateLogger<UnitRoster>());
        roster.TakeUp();
        var following = new LeaderFollowing(
            client, roster, reports, options, ProcessCalls.BootTimeNanoseconds, time, loggers.CreateLogger<LeaderFollowing>());
        await Task.WhenAll(following.RunAsync(stop), LookAfterAsync(roster, time, loggers.CreateLogger<UnitRoster>(), stop));
    }

    private static async Task LookAfterAsync(UnitRoster roster, TimeProvider time, ILogger logger, CancellationToken stop)
    {
        string? lastFailure = null;
        using var timer = new PeriodicTimer(StepPeriod, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                try
                {
                    roster.Step();
                    lastFailure = null;
                }
                catch (Exception failure) when (failure is not OutOfMemoryException)
                {
                    AgentMeter.StepsFailed.Add(1);
                    string cause = $"{failure.GetType().Name}: {failure.Message}";
                    if (cause != lastFailure)
                    {
                        lastFailure = cause;
                        LogFailed(logger, cause);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    [LoggerMessage(6203, LogLevel.Warning, "Looking after the units failed and is tried again: {Cause}")]
    private static partial void LogFailed(ILogger logger, string cause);
}
