using StateServer.Domain.Identity;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Providers.Local;
using StateServer.Providers.Tests.Conformance;

namespace StateServer.Providers.Tests.Local;

/// <summary>The local provider, with real processes.</summary>
public sealed class LocalConformanceTests : ProviderConformance, IDisposable
{
    private readonly LocalRootUnderTest _root = new();
    private LocalProvider _provider;

    public LocalConformanceTests()
    {
        Directory.CreateDirectory(_root.Path);
        _provider = _root.Provider();
    }

    protected override IInstanceProvider Provider => _provider;

    /// <summary>No user, root among them, may make a folder in sysfs.</summary>
    protected override IInstanceProvider Unauthorized { get; } = new LocalProvider(
        new LocalProviderOptions("/sys", m => [LocalRootUnderTest.Program, "hold", m.Folder]), TimeProvider.System);

    protected override Zone Zone => LocalRootUnderTest.A;

    protected override Zone OtherZone => LocalRootUnderTest.B;

    protected override async Task ExhaustAsync()
    {
        for (int i = 0; i < LocalRootUnderTest.Capacity; i++)
        {
            await _provider.LaunchAsync(Request(100 + i), default);
        }
    }

    protected override async Task<IAsyncDisposable> MakeUnavailableAsync()
    {
        await _root.Faults.FailZoneAsync(Zone, default);
        return new Undo(async () => Assert.True(await _root.Faults.HealZoneAsync(Zone, default)));
    }

    protected override Task<IAsyncDisposable> MakeTransientAsync()
    {
        // Another process that is at work in the root, and hangs.
        FolderLock held = FolderLock.TryTake(_root.Files.StateFolder)!;
        LocalProvider patient = _provider;
        _provider = new LocalProvider(_root.Options with { LockPatience = TimeSpan.FromMilliseconds(50) }, TimeProvider.System);
        return Task.FromResult<IAsyncDisposable>(new Undo(() =>
        {
            held.Dispose();
            _provider = patient;
            return Task.CompletedTask;
        }));
    }

    protected override async Task LaunchAndLoseAnswerAsync(LaunchRequest request)
    {
        // The launcher is gone right after the start: the process is in no record.
        LocalProvider dying = _root.Provider((arguments, folder, log, adjust) =>
        {
            using var process = DetachedProcess.Start(arguments, folder, log, adjust);
            throw new InvalidOperationException("the launcher died");
        });
        await Assert.ThrowsAsync<InvalidOperationException>(() => dying.LaunchAsync(request, default));
    }

    protected override async Task FailHalfWayAsync(LaunchRequest request)
    {
        LocalProvider failing = _root.Provider((_, _, _, _) => throw new IOException("no process can be made"));
        await Assert.ThrowsAsync<TransientException>(() => failing.LaunchAsync(request, default));
    }

    protected override IEnumerable<string> Belongings() => _root.MachineFolders();

    public void Dispose() => _root.Dispose();

    private sealed class Undo(Func<Task> undo) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await undo();
    }
}
