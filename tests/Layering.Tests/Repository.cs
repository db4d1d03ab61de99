namespace StateServer.Layering.Tests;

/// <summary>The repository that these tests were built in.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The C# files below a folder, as paths from the root with slashes; what a build made is left out.</summary>
    public static IEnumerable<string> Sources(string folder)
    {
        string full = Path.Combine(Root, folder);
        return !Directory.Exists(full)
            ? []
            : Directory.EnumerateFiles(full, "*.cs", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/'))
                .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal);
    }

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "StateServer.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("StateServer.sln is nowhere above the tests");
    }
}
