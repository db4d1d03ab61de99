using System.Collections.Immutable;
using StateServer.Cli;
using StateServer.Consensus.Recovery;

namespace StateServer.Recovery;

/// <summary>A recovery that was decided and broke off: whoever comes next finishes it.</summary>
internal static class BegunRecovery
{
    /// <summary>Finishes those that were begun.</summary>
    /// <returns>True where there was one.</returns>
    /// <exception cref="VerbFailedException">A process holds the folder.</exception>
    /// <exception cref="IOException">It can't be written.</exception>
    public static bool Finish(ImmutableArray<OldMember> old, Action<string> say)
    {
        ImmutableArray<OldMember> begun = [.. old.Where(member => member.Disk.IsBeingRecovered)];
        foreach (OldMember member in begun)
        {
            if (member.Claim.IsHeld)
            {
                throw new VerbFailedException(
                    ExitCode.Failed, $"{member.Disk.Folder} is locked: {member.Running}; its start finishes the recovery that was begun");
            }

            RecoveredFolder.Finish(member.Disk.Folder);
            say($"{member.Disk.Folder}: the recovery that was begun is finished; start its member, and grow the cluster with 'stateserver ensure-availability'");
        }

        return !begun.IsEmpty;
    }
}
