using StateServer.Consensus.Codec;
using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Raft;
using StateServer.Domain.Apply;

namespace StateServer.Consensus.Recovery;

/// <summary>
/// Reads what is on a member's disk, by the code that reads it at a start, and changes nothing: not a byte of the folder is written.
/// For a member that doesn't run; of one that does, what it is writing may be missed, or be taken for damage.
/// </summary>
public static class DiskReading
{
    /// <summary>Looks at a folder, and compares every byte of identity, vote, log and snapshot with its checksum.</summary>
    /// <param name="folder">A data folder.</param>
    /// <returns>What it holds, damage and all; null where it is no member's data folder.</returns>
    public static HeldDisk? Look(string folder)
    {
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (!IsDataFolder(path))
        {
            return null;
        }

        var disk = new HeldDisk(path) { IsBeingRecovered = RecoveredFolder.IsDecided(path) };
        try
        {
            using OpenedDisk opened = OpenedDisk.Open(path, identity => disk = disk with
            {
                Cluster = identity.Cluster,
                Node = identity.Node,
                Retired = identity.RetiredReason,
            });
            return disk with { Log = opened.Look() };
        }
        catch (Exception exception) when (IsFlaw(exception))
        {
            return disk with { Damage = Line(exception) };
        }
    }

    /// <summary>
    /// The state that a disk holds: its snapshot, and every entry behind it, whether the member knew it to be committed or not. Takes
    /// the memory and about the time of a start.
    /// </summary>
    /// <exception cref="IOException">It can't be read whole, or holds what this executable doesn't know; the message is one line.</exception>
    public static ReplicatedState Rebuild(string folder)
    {
        try
        {
            using OpenedDisk opened = OpenedDisk.Open(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), _ => { });
            return opened.Rebuild();
        }
        catch (Exception exception) when (IsFlaw(exception) || exception is InvalidOperationException)
        {
            throw new IOException(Line(exception), exception);
        }
    }

    /// <summary>Marks a folder as never to be used again; durable when it returns. The first reason stays.</summary>
    /// <returns>Null; or in one line why it can't be marked: it is damaged, so that no start uses it either, or it can't be written.</returns>
    public static string? Retire(string folder, string reason)
    {
        try
        {
            IdentityStore.Open(Path.Combine(Path.GetFullPath(folder), "identity"), new LibcDisk(new RefusedEnd())).Retire(reason);
            return null;
        }
        catch (Exception exception) when (IsFlaw(exception))
        {
            return Line(exception);
        }
    }

    private static bool IsDataFolder(string path) =>
        File.Exists(Path.Combine(path, "identity"))
        || RecoveredFolder.IsDecided(path)
        || SegmentFiles.In(LibcDisk.Instance, Path.Combine(path, "log")).Count > 0;

    private static bool IsFlaw(Exception exception) =>
        exception is LogDamagedException or InvalidDataException or UnknownFormatException or LogSpaceException
            or IOException or UnauthorizedAccessException;

    private static string Line(Exception exception) => (exception is LogDamagedException damage
        ? $"{damage.File} is damaged at byte {damage.Offset}: {damage.What}"
        : exception.Message).ReplaceLineEndings(" ");
}
