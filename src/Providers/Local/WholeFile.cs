using System.Text;
using StateServer.Providers.Local.Native;

namespace StateServer.Providers.Local;

/// <summary>
/// Writes small files whole or not at all, through a crash of the process and a loss of power too: staged beside the target, synced,
/// renamed, and the folder synced. For one writer of a path at a time.
/// </summary>
public static class WholeFile
{
    /// <summary>What is added to the name of the staged file.</summary>
    public const string Staged = ".new";

    /// <summary>Writes a file in the place of what was there.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="text">What it is to hold, as UTF-8.</param>
    /// <param name="mode">Who may use it; null for what the process's umask says.</param>
    /// <param name="overwrite">False where it must not be there yet.</param>
    /// <exception cref="IOException">It can't be written, or is there already; what was there is as before.</exception>
    public static void Write(string path, string text, UnixFileMode? mode = null, bool overwrite = true) =>
        Write(path, path + Staged, text, mode, overwrite);

    /// <summary>Writes a file that several processes may write at once: each stages its own, and the last to rename wins.</summary>
    /// <exception cref="IOException">It can't be written; what was there is as before.</exception>
    public static void WriteBesideOthers(string path, string text, UnixFileMode? mode = null) =>
        Write(path, $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}{Staged}", text, mode, overwrite: true);

    private static void Write(string path, string staged, string text, UnixFileMode? mode, bool overwrite)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 };
            if (mode is { } own && !OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = own;
            }

            using (var file = new FileStream(staged, options))
            {
                file.Write(Encoding.UTF8.GetBytes(text));
                LibC.Sync(file.SafeFileHandle, staged);
            }

            File.Move(staged, path, overwrite);
        }
        catch
        {
            Discard(staged);
            throw;
        }

        LibC.SyncFolder(Path.GetDirectoryName(path)!);
    }

    private static void Discard(string staged)
    {
        try
        {
            File.Delete(staged);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next write of it begins anew.
        }
    }
}
