using StateServer.Providers.Local.Native;

namespace StateServer.Providers.Local;

/// <summary>Looks, without changing anything, whether this user may write a folder.</summary>
public static class WritableFolder
{
    /// <summary>Null, or why a folder, or the nearest that exists above it, can't be written.</summary>
    public static string? Error(string folder)
    {
        string? existing = folder;
        while (existing is not null && !Directory.Exists(existing))
        {
            if (File.Exists(existing))
            {
                return $"{existing} is a file; give a folder";
            }

            existing = Path.GetDirectoryName(existing);
        }

        return existing is not null && LibC.MayWrite(existing)
            ? null
            : $"{folder} can't be written by this user; give another folder, or its owner's rights";
    }
}
