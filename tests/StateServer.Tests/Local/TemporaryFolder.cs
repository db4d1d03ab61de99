namespace StateServer.StateServer.Tests.Local;

/// <summary>A folder that a test may fill, and that goes with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("stateserver-test-").FullName;

    public string Below(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Who may do what with a file or folder.</summary>
    public static UnixFileMode ModeOf(string path) =>
        OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
