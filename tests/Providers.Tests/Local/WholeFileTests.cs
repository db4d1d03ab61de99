using StateServer.Providers.Local;
using StateServer.StateServer.Tests.Local;

namespace StateServer.Providers.Tests.Local;

/// <summary>A file is written whole or not at all.</summary>
public sealed class WholeFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.Below("file");

    [Fact]
    public void It_takes_the_place_of_what_was_there()
    {
        WholeFile.Write(Path, "first");
        WholeFile.Write(Path, "second", UnixFileMode.UserRead);
        WholeFile.WriteBesideOthers(Path, "third");
        Assert.Equal("third", File.ReadAllText(Path));
        Assert.Equal([Path], Directory.EnumerateFileSystemEntries(_folder.Path));
        Assert.Throws<IOException>(() => WholeFile.Write(Path, "fourth", overwrite: false));
        Assert.Equal("third", File.ReadAllText(Path));
        Assert.Equal([Path], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("/dev/full")]
    [InlineData("/dev/null")]
    public void A_disk_that_takes_or_keeps_nothing_leaves_what_was_there(string device)
    {
        // Writing to the one fails; the other takes all, and can't be synced.
        WholeFile.Write(Path, "first");
        File.CreateSymbolicLink(Path + WholeFile.Staged, device);
        Assert.ThrowsAny<IOException>(() => WholeFile.Write(Path, "second"));
        Assert.Equal("first", File.ReadAllText(Path));
        Assert.Equal([Path], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();
}
