using System.Collections.Immutable;
using System.Diagnostics;
using StateServer.Cli;
using StateServer.Providers.Local;
using StateServer.Providers.Local.Native;

namespace StateServer.Local;

/// <summary>The living processes of a cluster's fixed members: starts the dead members, waits until all serve, and stops them. Not thread-safe.</summary>
internal sealed class LocalRun(LocalRoot root, LocalCluster cluster, TimeProvider time) : IDisposable
{
    /// <summary>A member that stops cleanly needs a second or two; its own limit is five.</summary>
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(15);

    /// <summary>After SIGKILL a process is gone as soon as its disk writes are.</summary>
    private static readonly TimeSpan KillDeadline = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<int, Process> _children = [];
    private readonly Dictionary<int, ProcessProof> _asked = [];
    private readonly LocalReadiness _readiness = new();

    /// <summary>The cluster.</summary>
    public LocalCluster Cluster => cluster;

    /// <summary>Starts members and waits until every member of the cluster serves.</summary>
    /// <param name="dead">The members to start.</param>
    /// <param name="patience">How long in all.</param>
    /// <param name="say">Told of each member's state when it changes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What is wrong with members that don't serve, one line each, where a majority does serve: empty where all do.</returns>
    /// <exception cref="LocalFailureException">No majority serves in time; those started here were stopped again.</exception>
    public async Task<ImmutableArray<string>> StartAsync(
        ImmutableArray<LocalMember> dead, TimeSpan patience, Action<LocalMember, string> say, CancellationToken cancellationToken)
    {
        foreach (LocalMember member in cluster.FixedMembers.Except(dead))
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
            return await WaitUntilAllServeAsync(patience, say, cancellationToken);
        }
        catch
        {
            await StopAsync(dead, say);
            throw;
        }
    }

    /// <summary>The members whose process holds its folder.</summary>
    public ImmutableArray<LocalMember> Alive() =>
        [.. cluster.FixedMembers.Where(m => FolderLock.Look(root.DataFolder(m)).IsHeld)];

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
            if (FolderLock.Look(root.DataFolder(member)).Holder is { } holder)
            {
                _asked[member.Slot] = holder;
            }

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

    /// <summary>Kills members as a loss of power would; only processes proven to be theirs.</summary>
    /// <param name="members">Which; one that doesn't run is fine.</param>
    /// <param name="say">Told of what becomes of each.</param>
    /// <returns>The members that still run, or whose process could not be proven.</returns>
    public Task<ImmutableArray<LocalMember>> KillAsync(ImmutableArray<LocalMember> members, Action<LocalMember, string> say)
    {
        foreach (LocalMember member in members)
        {
            if (FolderLock.Look(root.DataFolder(member)).Holder is { } holder)
            {
                _asked[member.Slot] = holder;
            }

            _ = ProvenSignal.Send(root.DataFolder(member), LibC.SigKill);
        }

        return WaitUntilGoneAsync(members, KillDeadline, say);
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

    /// <summary>A process gives its folder up a moment before it is gone: one that was asked to stop is awaited to its end.</summary>
    private bool Runs(LocalMember member) =>
        FolderLock.Look(root.DataFolder(member)).IsHeld
        || (_asked.TryGetValue(member.Slot, out ProcessProof? asked) && ProcessProof.Observe(asked.Pid) == asked)
        || (_children.TryGetValue(member.Slot, out Process? child) && !child.HasExited);

    private async Task<ImmutableArray<string>> WaitUntilAllServeAsync(
        TimeSpan patience, Action<LocalMember, string> say, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        Dictionary<int, string> waiting = cluster.FixedMembers.ToDictionary(m => m.Slot, _ => "not asked yet");
        while (true)
        {
            bool mayStillServe = false;
            foreach (LocalMember member in cluster.FixedMembers.Where(m => waiting.ContainsKey(m.Slot)))
            {
                string? ended = HowItEnded(member);
                string? reason = ended ?? await _readiness.WhyNotAsync(cluster.PortsOf(member), cancellationToken);
                mayStillServe |= ended is null;
                if (waiting[member.Slot] != reason)
                {
                    say(member, reason ?? "serves");
                    waiting[member.Slot] = reason!;
                }

                if (reason is null)
                {
                    waiting.Remove(member.Slot);
                }
            }

            if (waiting.Count == 0 || !mayStillServe || time.GetElapsedTime(started) >= patience)
            {
                return Judge(waiting, patience);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private ImmutableArray<string> Judge(Dictionary<int, string> waiting, TimeSpan patience)
    {
        // One that was removed from the cluster is no member any more, and another is in its place.
        ImmutableArray<LocalMember> members = [.. cluster.FixedMembers.Where(m => ExitCodeOf(m) != ExitCode.Removed)];
        ImmutableArray<string> lines =
        [
            .. members.Where(m => waiting.ContainsKey(m.Slot)).Select(m =>
                HowItEnded(m) is { } ended
                    ? $"{m.Name} {ended}; see {root.LogFile(m)}"
                    : $"{m.Name} does not serve after {patience.TotalSeconds} s: {waiting[m.Slot]}; see {root.LogFile(m)}"),
        ];
        return members.Length - lines.Length > members.Length / 2 || members.IsEmpty
            ? lines
            : throw new LocalFailureException(wrongUse: false, lines);
    }

    /// <summary>Null while its process runs.</summary>
    private string? HowItEnded(LocalMember member)
    {
        bool childEnded = _children.TryGetValue(member.Slot, out Process? child) && child.HasExited;
        if (child is null && !Runs(member) && LocalPreparation.HasFailedZone(root, member))
        {
            return $"is down with its zone {member.Zone}, which has failed ('stateserver local heal-zone {member.Zone}' heals it)";
        }

        return childEnded || (child is null && !Runs(member))
            ? $"ended{(childEnded ? $" (exit code {child!.ExitCode})" : "")}{LogTail.LastComplaint(root.LogFile(member))}"
            : null;
    }
}
