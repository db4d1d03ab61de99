using System.Collections.Immutable;
using System.Diagnostics;
using StateServer.Local.Native;

namespace StateServer.Local;

/// <summary>The living processes of a local cluster: starts the dead members, waits until all serve, and stops them. Not thread-safe.</summary>
internal sealed class LocalRun(LocalRoot root, LocalCluster cluster, TimeProvider time) : IDisposable
{
    /// <summary>A member that stops cleanly needs a second or two; its own limit is five.</summary>
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(15);

    /// <summary>After SIGKILL a process is gone as soon as its disk writes are.</summary>
    private static readonly TimeSpan KillDeadline = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<int, Process> _children = [];
    private readonly LocalReadiness _readiness = new();

    /// <summary>The cluster.</summary>
    public LocalCluster Cluster => cluster;

    /// <summary>Starts members and waits until every member of the cluster serves.</summary>
    /// <param name="dead">The members to start.</param>
    /// <param name="patience">How long in all.</param>
    /// <param name="say">Told of each member's state when it changes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LocalFailureException">A member ended, or not all serve in time; those started here were stopped again.</exception>
    public async Task StartAsync(
        ImmutableArray<LocalMember> dead, TimeSpan patience, Action<LocalMember, string> say, CancellationToken cancellationToken)
    {
        foreach (LocalMember member in cluster.Members.Except(dead))
        {
            FolderClaim claim = FolderLock.Look(root.DataFolder(member));
            say(member, claim.Holder is { } holder ? $"runs already (pid {holder.Pid})" : "runs already");
        }

        foreach (LocalMember member in dead)
        {
            _children[member.Slot] = MemberLaunch.Start(root, cluster, member);
            say(member, $"started (pid {_children[member.Slot].Id})");
        }

        try
        {
            await WaitUntilAllServeAsync(patience, say, cancellationToken);
        }
        catch
        {
            await StopAsync(dead, say);
            throw;
        }
    }

    /// <summary>The members whose process holds its folder.</summary>
    public ImmutableArray<LocalMember> Alive() =>
        [.. cluster.Members.Where(m => FolderLock.Look(root.DataFolder(m)).IsHeld)];

    /// <summary>How a member's process ended, for a person; null where it was not started here, or still runs.</summary>
    public int? ExitCodeOf(LocalMember member) =>
        _children.TryGetValue(member.Slot, out Process? child) && child.HasExited ? child.ExitCode : null;

    /// <summary>Asks members to stop, and after the deadline makes them; only processes proven to be theirs.</summary>
    /// <param name="members">Which.</param>
    /// <param name="say">Told of what becomes of each.</param>
    /// <returns>The members that still run, or whose process could not be proven.</returns>
    public async Task<ImmutableArray<LocalMember>> StopAsync(ImmutableArray<LocalMember> members, Action<LocalMember, string> say)
    {
        // A member that was just started may not have claimed its folder yet: the child itself is the proof.
        foreach (LocalMember member in members)
        {
            if (!ProvenSignal.Send(root.DataFolder(member), LibC.SigTerm))
            {
                SignalChild(member, LibC.SigTerm);
            }
        }

        ImmutableArray<LocalMember> left = await WaitUntilGoneAsync(members, StopDeadline, say);
        foreach (LocalMember member in left)
        {
            bool sent = ProvenSignal.Send(root.DataFolder(member), LibC.SigKill) || SignalChild(member, LibC.SigKill);
            say(member, sent
                ? $"did not stop within {StopDeadline.TotalSeconds} s: killed"
                : "does not stop, and its process can't be proven to be the member's: no signal was sent");
        }

        return left.IsEmpty ? left : await WaitUntilGoneAsync(left, KillDeadline, say);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _readiness.Dispose();
        foreach (Process child in _children.Values)
        {
            child.Dispose();
        }
    }

    private bool SignalChild(LocalMember member, int signal)
    {
        if (!_children.TryGetValue(member.Slot, out Process? child) || child.HasExited)
        {
            return false;
        }

        // Our own child's number is not used again before we have waited for it.
        using var process = LibC.OpenProcess(child.Id);
        return process is not null && !child.HasExited && LibC.Signal(process, signal);
    }

    private async Task<ImmutableArray<LocalMember>> WaitUntilGoneAsync(
        ImmutableArray<LocalMember> members, TimeSpan deadline, Action<LocalMember, string> say)
    {
        long started = time.GetTimestamp();
        ImmutableArray<LocalMember> left = members;
        while (true)
        {
            foreach (LocalMember member in left.Where(m => !Runs(m)))
            {
                say(member, "stopped");
            }

            left = [.. left.Where(Runs)];
            if (left.IsEmpty || time.GetElapsedTime(started) >= deadline)
            {
                return left;
            }

            await Task.Delay(Pause, time);
        }
    }

    private bool Runs(LocalMember member) =>
        FolderLock.Look(root.DataFolder(member)).IsHeld
        || (_children.TryGetValue(member.Slot, out Process? child) && !child.HasExited);

    private async Task WaitUntilAllServeAsync(
        TimeSpan patience, Action<LocalMember, string> say, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        Dictionary<int, string> waiting = cluster.Members.ToDictionary(m => m.Slot, _ => "not asked yet");
        while (true)
        {
            foreach (LocalMember member in cluster.Members)
            {
                RefuseEnded(member);
                string? reason = await _readiness.WhyNotAsync(cluster.PortsOf(member), cancellationToken);
                if (reason is null && waiting.Remove(member.Slot))
                {
                    say(member, "serves");
                }
                else if (reason is not null && waiting.GetValueOrDefault(member.Slot) != reason)
                {
                    waiting[member.Slot] = reason;
                    say(member, reason);
                }
            }

            if (waiting.Count == 0)
            {
                return;
            }

            if (time.GetElapsedTime(started) >= patience)
            {
                throw new LocalFailureException(wrongUse: false,
                [
                    .. cluster.Members.Where(m => waiting.ContainsKey(m.Slot)).Select(m =>
                        $"{m.Name} does not serve after {patience.TotalSeconds} s: {waiting[m.Slot]}; see {root.LogFile(m)}"),
                ]);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private void RefuseEnded(LocalMember member)
    {
        bool childEnded = _children.TryGetValue(member.Slot, out Process? child) && child.HasExited;
        if (childEnded || (child is null && !Runs(member)))
        {
            string code = childEnded ? $" (exit code {child!.ExitCode})" : "";
            throw new LocalFailureException(
                wrongUse: false, $"{member.Name} ended{code}: {LogTail.LastLine(root.LogFile(member))}; see {root.LogFile(member)}");
        }
    }
}
