using Microsoft.Win32.SafeHandles;
using StateServer.Providers.Local.Native;

namespace StateServer.Providers.Local;

/// <summary>
/// A process's claim on a folder: a lock that the kernel drops when the process ends, however it ends, and beside it the proof
/// which process that is. Dispose to give it up.
/// </summary>
public sealed class FolderLock : IDisposable
{
    /// <summary>The locked file's name.</summary>
    public const string LockFile = "process.lock";

    /// <summary>The file with the holder's <see cref="ProcessProof"/>.</summary>
    public const string ProofFile = "process.json";

    private readonly SafeFileHandle _file;

    private FolderLock(SafeFileHandle file) => _file = file;

    /// <summary>Claims a folder for this process, making the folder where it is missing.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="provable">False where the claim may stand without its proof, on a full disk: nobody will have to signal the holder.</param>
    /// <returns>Null where a living process holds it, or removed it just now.</returns>
    /// <exception cref="IOException">The folder can't be written.</exception>
    public static FolderLock? TryTake(string folder, bool provable = true)
    {
        Directory.CreateDirectory(folder);
        SafeFileHandle file = LibC.OpenForLock(Path.Combine(folder, LockFile));

        // One that was removed between its opening and its locking was its remover's: whoever comes next makes another.
        if (!LibC.TryLock(file, exclusive: true) || LibC.IsNameless(file))
        {
            file.Dispose();
            return null;
        }

        try
        {
            ProcessProof.OfThisProcess().Write(Path.Combine(folder, ProofFile));
        }
        catch (IOException) when (!provable)
        {
            // The lock is the claim; who holds it can't be told.
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return new FolderLock(file);
    }

    /// <summary>Claims a folder, trying again for a while: whoever looks whether a folder is claimed holds a shared lock for an instant.</summary>
    /// <returns>Null where it was held all the time.</returns>
    public static async Task<FolderLock?> TakeAsync(
        string folder, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken, bool provable = true)
    {
        long started = time.GetTimestamp();
        while (true)
        {
            if (TryTake(folder, provable) is { } taken)
            {
                return taken;
            }

            if (time.GetElapsedTime(started) >= patience)
            {
                return null;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellationToken);
        }
    }

    /// <summary>Looks who claims a folder.</summary>
    public static FolderClaim Look(string folder)
    {
        // Nothing is made: the folder may be about to be removed.
        using (SafeFileHandle? file = LibC.OpenToLook(Path.Combine(folder, LockFile)))
        {
            if (file is null || LibC.TryLock(file, exclusive: false))
            {
                return FolderClaim.Free;
            }
        }

        ProcessProof? written = ProcessProof.Read(Path.Combine(folder, ProofFile));
        return new FolderClaim(IsHeld: true, written is not null && ProcessProof.Observe(written.Pid) == written ? written : null);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
