namespace StateServer.Providers.Local;

/// <summary>Removes folders in which programs of others worked: they may have taken their own rights away, as Go's module cache does.</summary>
public static class FolderRemoval
{
    /// <summary>Removes a folder with all that is in it; one that is not there is no error. Links are removed, not followed.</summary>
    /// <returns>Null, or in one line why something of it is left; it may be tried again.</returns>
    public static string? TryRemove(string folder)
    {
        try
        {
            Remove(folder);
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            // A folder that its owner may not write: the right to is the owner's to give.
        }
        catch (IOException exception)
        {
            return exception.Message;
        }

        try
        {
            Open(new DirectoryInfo(folder));
            Remove(folder);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Open(DirectoryInfo folder)
    {
        if (OperatingSystem.IsWindows() || folder.LinkTarget is not null)
        {
            return;
        }

        folder.UnixFileMode |= UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (DirectoryInfo below in folder.EnumerateDirectories())
        {
            Open(below);
        }
    }
}
