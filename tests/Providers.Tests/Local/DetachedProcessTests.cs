using StateServer.Providers.Local;

namespace StateServer.Providers.Tests.Local;

/// <summary>Processes that outlive the one that starts them.</summary>
public sealed class DetachedProcessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("detached-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>As a shell gives them to all that it calls: a lock that it holds would be held by a member for as long as that runs.</summary>
    [Fact]
    public async Task Nothing_open_is_passed_on_though_it_was_given_to_this_process_to_be_passed_on()
    {
        string given = Path.Combine(_folder, "given"), log = Path.Combine(_folder, "log");
        await using FileStream open = new(given, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Inheritable);
        using var process = DetachedProcess.Start(["/bin/sh", "-c", "ls -l /proc/$$/fd"], _folder, log);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        string seen = await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken);
        Assert.Contains(log, seen, StringComparison.Ordinal);
        Assert.DoesNotContain(given, seen, StringComparison.Ordinal);
    }
}
