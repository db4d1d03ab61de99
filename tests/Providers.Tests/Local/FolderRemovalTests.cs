using System.Diagnostics;
using System.Runtime.Versioning;
using StateServer.Providers.Local;
using StateServer.StateServer.Tests.Local;

namespace StateServer.Providers.Tests.Local;

/// <summary>Folders in which others worked are removed.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FolderRemovalTests : IDisposable
{
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.UserExecute;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_folder_whose_owner_took_its_rights_away_is_removed_and_links_are_not_followed()
    {
        string kept = Directory.CreateDirectory(_folder.Below("kept")).FullName;
        string inner = Directory.CreateDirectory(_folder.Below("unit/cache/module")).FullName;
        await File.WriteAllTextAsync(Path.Combine(inner, "source"), "");
        File.CreateSymbolicLink(Path.Combine(inner, "link"), kept);
        File.SetUnixFileMode(inner, ReadOnly);
        File.SetUnixFileMode(_folder.Below("unit/cache"), UnixFileMode.None);
        File.SetUnixFileMode(kept, ReadOnly);

        Assert.Equal("", await RemoveAsync(_folder.Below("unit")));
        Assert.False(Directory.Exists(_folder.Below("unit")));
        Assert.Equal(ReadOnly, new DirectoryInfo(kept).UnixFileMode);
    }

    [Fact]
    public void What_is_not_there_is_removed_and_what_can_not_be_is_told_of()
    {
        Assert.Null(FolderRemoval.TryRemove(_folder.Below("nothing")));
        Assert.NotNull(FolderRemoval.TryRemove("/proc/self/task"));
    }

    public void Dispose()
    {
        foreach (string folder in new[] { "unit", "unit/cache", "unit/cache/module", "kept" }.Select(_folder.Below).Where(Directory.Exists))
        {
            File.SetUnixFileMode(folder, ReadOnly | UnixFileMode.UserWrite);
        }

        _folder.Dispose();
    }

    /// <summary>By a process that may do no more than an owner may, also where the tests run as root.</summary>
    private static async Task<string> RemoveAsync(string folder)
    {
        string[] command = [LocalRootUnderTest.Program, "remove", folder];
        string[] withRights = Environment.IsPrivilegedProcess
            ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search", .. command]
            : command;
        using Process process = Process.Start(new ProcessStartInfo(withRights[0], withRights[1..]) { RedirectStandardOutput = true })!;
        string printed = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(90));
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return printed.Trim();
    }
}
