using StateServer.Bench.Machine;

namespace StateServer.Bench.Targets;

/// <summary>
/// A cluster on this machine, started for this run, stopped and removed with it. Used by one caller at a
/// time.
/// </summary>
internal abstract class TargetCluster(string name, string folder) : IAsyncDisposable
{
    /// <summary>Members of a cluster where nothing else is said.</summary>
    public const int MemberCount = 3;

    private bool _paused;

    /// <summary>The target's name in tables.</summary>
    public string Name { get; } = name;

    /// <summary>The program's version, as it says itself.</summary>
    public abstract string Version { get; }

    /// <summary>How many members it has when all run.</summary>
    public virtual int Size => MemberCount;

    /// <summary>The members that run now, by slot; a killed one is missing until it is restarted.</summary>
    public abstract IReadOnlyList<TargetMember> Members { get; }

    /// <summary>The endpoints of all members, running or not, by slot.</summary>
    public abstract IReadOnlyList<string> Endpoints { get; }

    /// <summary>All of this cluster's files; removed by <see cref="DisposeAsync"/>.</summary>
    protected string Folder { get; } = folder;

    /// <summary>Starts those members that don't run. Returns once their processes exist; they may not serve yet.</summary>
    public abstract Task StartAsync(CancellationToken cancellationToken);

    /// <summary>How long a snapshot of the whole state takes; null where this target wrote none.</summary>
    public abstract Task<TimeSpan?> MeasureSnapshotAsync(CancellationToken cancellationToken);

    /// <summary>CPU time of all running members since they started, in µs.</summary>
    public long CpuMicroseconds() => ProcessFigures.CpuMicroseconds(Members.Select(member => member.ProcessId));

    /// <summary>Resident memory of all running members, in bytes.</summary>
    public long ResidentBytes() => Members.Sum(member => ProcessFigures.ResidentBytes(member.ProcessId));

    /// <summary>Kills the member with SIGKILL and waits until it is gone.</summary>
    public async Task KillAsync(TargetMember member, CancellationToken cancellationToken)
    {
        Signals.Kill(member.ProcessId);
        await WaitForEndAsync(member.ProcessId, TimeSpan.FromSeconds(10), cancellationToken);
    }

    /// <summary>Freezes all members (SIGSTOP), so that they take nothing from the target that is measured now.</summary>
    public void Pause()
    {
        foreach (TargetMember member in Members)
        {
            Signals.Stop(member.ProcessId);
        }
        _paused = true;
    }

    /// <summary>Lets them go on. They may elect a new leader first: wait until they serve.</summary>
    public void Resume()
    {
        if (_paused)
        {
            foreach (TargetMember member in Members)
            {
                Signals.Continue(member.ProcessId);
            }
            _paused = false;
        }
    }

    /// <summary>Stops the members and removes their files.</summary>
    public async ValueTask DisposeAsync()
    {
        Resume();
        try
        {
            await StopAsync();
        }
        finally
        {
            foreach (TargetMember member in Members)
            {
                Signals.Kill(member.ProcessId);
                await WaitForEndAsync(member.ProcessId, TimeSpan.FromSeconds(10), CancellationToken.None);
            }
            if (Directory.Exists(Folder))
            {
                Directory.Delete(Folder, recursive: true);
            }
        }
    }

    /// <summary>Stops the members in an orderly way, as far as there is one.</summary>
    protected abstract Task StopAsync();

    protected static async Task WaitForEndAsync(int processId, TimeSpan limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        while (ProcessFigures.IsRunning(processId))
        {
            if (deadline.IsCancellationRequested)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new TargetFailedException($"process {processId} still runs {limit} after it was told to end");
            }
            await Task.Delay(10, CancellationToken.None);
        }
    }
}
