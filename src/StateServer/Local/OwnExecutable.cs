using System.Collections.Immutable;

namespace StateServer.Local;

/// <summary>How this executable is started again.</summary>
internal static class OwnExecutable
{
    /// <summary>The first words of a command line: the executable itself, or the runtime and the executable's assembly.</summary>
    /// <exception cref="IOException">It can't be found.</exception>
    public static ImmutableArray<string> Arguments()
    {
        string executable = Environment.ProcessPath ?? throw new IOException("this process's executable can't be found");
        return string.Equals(Path.GetFileNameWithoutExtension(executable), "dotnet", StringComparison.Ordinal)
            ? [executable, Path.Combine(AppContext.BaseDirectory, "stateserver.dll")]
            : [executable];
    }
}
