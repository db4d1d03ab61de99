using System.Collections.Immutable;
using StateServer.Cli;
using StateServer.Consensus.Recovery;
using StateServer.Domain.Identity;
using StateServer.Local;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Providers.Local;
using StateServer.Providers.Local.Native;

namespace StateServer.Recovery;

/// <summary>Ends a local cluster's old members, so that none of them serves or comes back beside the new one. Not thread-safe.</summary>
/// <param name="root">The root.</param>
/// <param name="cluster">Its record.</param>
/// <param name="time">The clock.</param>
internal sealed class OldMemberEnding(LocalRoot root, LocalCluster cluster, TimeProvider time)
{
    /// <summary>A member without a quorum that is asked to stop needs two seconds or so.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(15);

    /// <summary>After SIGKILL a process is gone as soon as its disk writes are.</summary>
    private static readonly TimeSpan KillGrace = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks all that run to stop, and after a while makes them; only processes proven to hold their folders.</summary>
    /// <param name="members">All old members.</param>
    /// <param name="say">Told of each that ran and doesn't any more.</param>
    /// <exception cref="VerbFailedException">One still runs.</exception>
    public async Task StopAsync(IEnumerable<OldMember> members, Action<string> say)
    {
        ImmutableArray<OldMember> running = [.. members.Where(member => FolderLock.Look(member.Disk.Folder).IsHeld)];
        ImmutableArray<OldMember> left = await SignalAsync(running, LibC.SigTerm, StopGrace);
        left = left.IsEmpty ? left : await SignalAsync(left, LibC.SigKill, KillGrace);
        if (!left.IsEmpty)
        {
            throw new VerbFailedException(ExitCode.Failed,
            [
                .. left.Select(member => $"{member.NameIn(null)} {member.Running} and does not stop, or its process can't be proven to be the member's; end it by hand, then run the command again"),
            ]);
        }

        foreach (OldMember member in running)
        {
            say($"{member.NameIn(null)}: stopped");
        }
    }

    /// <summary>
    /// Ends for good all but one: those that are machines by the provider, which removes what they kept; the others' folders are
    /// retired.
    /// </summary>
    /// <param name="members">Those that go; none runs.</param>
    /// <param name="environment">The environment whose machines they are; null where there is none.</param>
    /// <param name="reason">Why, for their folders.</param>
    /// <param name="say">Told of each.</param>
    /// <exception cref="VerbFailedException">The provider could not end one, or a folder can't be written.</exception>
    public async Task EndAsync(IEnumerable<OldMember> members, EnvironmentId? environment, string reason, Action<string> say)
    {
        var provider = new LocalProvider(cluster.ProviderOptions(root), time);
        foreach (OldMember member in members)
        {
            if (member is { Machine: { } machine } && environment is { } owner)
            {
                try
                {
                    await provider.TerminateAsync(owner, machine, CancellationToken.None);
                }
                catch (ProviderException failure)
                {
                    throw new VerbFailedException(
                        ExitCode.Failed, $"{machine} could not be ended, so nothing was recovered: {failure.Message}; run the command again");
                }

                say($"{member.NameIn(null)}: {machine} was terminated");
            }
            else
            {
                Retire(member, reason, say);
            }
        }
    }

    /// <summary>Marks a folder as never to be used again.</summary>
    /// <exception cref="VerbFailedException">A folder that a member could start with can't be written.</exception>
    public static void Retire(OldMember member, string reason, Action<string> say)
    {
        string? failure = DiskReading.Retire(member.Disk.Folder, reason);
        if (failure is not null && member.Disk.IsUsable)
        {
            throw new VerbFailedException(ExitCode.Failed, $"{member.Disk.Folder} can't be retired, so nothing was recovered: {failure}");
        }

        say($"{member.NameIn(null)}: {member.Disk.Folder} {(failure is null ? "is retired" : "is damaged, and starts nowhere")}");
    }

    private async Task<ImmutableArray<OldMember>> SignalAsync(ImmutableArray<OldMember> members, int signal, TimeSpan patience)
    {
        foreach (OldMember member in members)
        {
            _ = ProvenSignal.Send(member.Disk.Folder, signal);
        }

        long started = time.GetTimestamp();
        ImmutableArray<OldMember> left = Running(members);
        while (!left.IsEmpty && time.GetElapsedTime(started) < patience)
        {
            await Task.Delay(Pause, time);
            left = Running(left);
        }

        return left;
    }

    private static ImmutableArray<OldMember> Running(IEnumerable<OldMember> members) =>
        [.. members.Where(member => FolderLock.Look(member.Disk.Folder).IsHeld)];
}
