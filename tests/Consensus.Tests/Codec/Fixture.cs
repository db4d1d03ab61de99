using System.Runtime.CompilerServices;

namespace StateServer.Consensus.Tests.Codec;

/// <summary>
/// A committed file in a format of ours. The code of the day must read it and write it again byte for byte: a format can't
/// change unseen. A new format version gets a new file; the old one stays, and stays readable.
/// </summary>
internal static class Fixture
{
    public static byte[] Read(string name) =>
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Codec", "fixtures", name));

    /// <summary>
    /// With STATESERVER_WRITE_FIXTURES=1, writes a file that isn't among the sources yet (the next build copies it); one that
    /// is there is never changed by a test.
    /// </summary>
    public static void WriteIfMissing(string name, byte[] content, [CallerFilePath] string here = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(here)!, "fixtures", name);
        if (Environment.GetEnvironmentVariable("STATESERVER_WRITE_FIXTURES") == "1" && !File.Exists(file))
        {
            File.WriteAllBytes(file, content);
        }
    }
}
