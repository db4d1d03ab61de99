using System.Diagnostics;
using StateServer.Providers.Local;
using StateServer.Providers.Local.Native;
using StateServer.StateServer.Tests.Local;

namespace StateServer.Providers.Tests.Local;

/// <summary>Who holds a folder, and that no signal ever reaches a stranger.</summary>
public sealed class FolderLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Process _innocent = Process.Start(new ProcessStartInfo("sleep", "600"))!;

    private string ProofPath => _folder.Below(FolderLock.ProofFile);

    [Fact]
    public void A_held_folder_names_its_holder_and_a_second_claim_fails()
    {
        using FolderLock? held = FolderLock.TryTake(_folder.Path);
        Assert.NotNull(held);
        Assert.Null(FolderLock.TryTake(_folder.Path));
        Assert.Equal(new FolderClaim(IsHeld: true, ProcessProof.OfThisProcess()), FolderLock.Look(_folder.Path));
        Assert.Equal(Environment.ProcessId, ProcessProof.OfThisProcess().Pid);

        // Signal 0 only asks whether it could be sent: the way to the proven holder is open.
        Assert.True(ProvenSignal.Send(_folder.Path, 0));
    }

    [Fact]
    public void On_a_full_disk_a_claim_that_needs_no_proof_stands_without_it()
    {
        File.CreateSymbolicLink(ProofPath + ".new", "/dev/full");
        Assert.ThrowsAny<IOException>(() => FolderLock.TryTake(_folder.Path));
        using FolderLock? held = FolderLock.TryTake(_folder.Path, provable: false);
        Assert.NotNull(held);
        Assert.Equal(new FolderClaim(IsHeld: true, null), FolderLock.Look(_folder.Path));
    }

    [Fact]
    public async Task A_folder_given_up_is_free_though_its_proof_names_a_living_process()
    {
        await TakeAndGiveUpAsync();
        Assert.NotNull(ProcessProof.Read(ProofPath));
        Assert.False(ProvenSignal.Send(_folder.Path, 0));
    }

    [Fact]
    public async Task A_stale_proof_that_names_an_innocent_process_sends_nothing_while_the_lock_is_free()
    {
        await TakeAndGiveUpAsync();
        ProcessProof.Observe(_innocent.Id)!.Write(ProofPath);

        Assert.False(ProvenSignal.Send(_folder.Path, LibC.SigKill));
        Assert.False(_innocent.HasExited);
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(-1, "")]
    [InlineData(0, "x")]
    public void A_reused_number_sends_nothing_though_the_lock_is_held(long startMoved, string bootMoved)
    {
        using FolderLock? held = FolderLock.TryTake(_folder.Path);
        ProcessProof innocent = ProcessProof.Observe(_innocent.Id)!;
        (innocent with { StartTicks = innocent.StartTicks + startMoved, BootId = innocent.BootId + bootMoved }).Write(ProofPath);

        Assert.Equal(new FolderClaim(IsHeld: true, Holder: null), FolderLock.Look(_folder.Path));
        Assert.False(ProvenSignal.Send(_folder.Path, LibC.SigKill));
        Assert.False(_innocent.HasExited);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"pid":1,"startTicks":1,"bootId":"x"}""")]
    [InlineData("""{"pid":-5,"startTicks":1,"bootId":"x"}""")]
    public void A_damaged_proof_proves_nothing(string text)
    {
        using FolderLock? held = FolderLock.TryTake(_folder.Path);
        File.WriteAllText(ProofPath, text);
        Assert.Equal(new FolderClaim(IsHeld: true, Holder: null), FolderLock.Look(_folder.Path));
        Assert.False(ProvenSignal.Send(_folder.Path, LibC.SigTerm));
    }

    [Fact]
    public async Task A_claim_outlasts_the_glance_of_another()
    {
        using (var glance = LibC.OpenForLock(_folder.Below(FolderLock.LockFile)))
        {
            Assert.True(LibC.TryLock(glance, exclusive: false));
            Assert.Null(FolderLock.TryTake(_folder.Path));
        }

        using FolderLock? taken = await FolderLock.TakeAsync(
            _folder.Path, TimeSpan.FromSeconds(5), TimeProvider.System, CancellationToken.None);
        Assert.NotNull(taken);
    }

    [Fact]
    public void A_look_makes_nothing()
    {
        Assert.Equal(FolderClaim.Free, FolderLock.Look(_folder.Path));
        Assert.Equal(FolderClaim.Free, FolderLock.Look(_folder.Below("nowhere")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_claim_whose_file_its_holder_removed_is_taken_by_one_at_a_time()
    {
        string path = _folder.Below(FolderLock.LockFile);
        using (var nameless = LibC.OpenForLock(path))
        {
            Assert.False(LibC.IsNameless(nameless));
            File.Delete(path);
            Assert.True(LibC.IsNameless(nameless));
        }

        int holders = 0, most = 0;
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 3000; i++)
            {
                if (FolderLock.TryTake(_folder.Path) is { } taken)
                {
                    most = Math.Max(most, Interlocked.Increment(ref holders));
                    Interlocked.Decrement(ref holders);
                    File.Delete(path);
                    taken.Dispose();
                }
            }
        })));
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task A_proven_holder_is_signalled()
    {
        // util-linux's flock holds the lock with a process that isn't ours.
        using Process holder = Process.Start(new ProcessStartInfo("flock")
        {
            ArgumentList = { "--no-fork", _folder.Below(FolderLock.LockFile), "sleep", "600" },
        })!;
        await Eventually(() => FolderLock.Look(_folder.Path).IsHeld);
        ProcessProof.Observe(holder.Id)!.Write(ProofPath);

        Assert.True(ProvenSignal.Send(_folder.Path, LibC.SigTerm));
        await holder.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(128 + LibC.SigTerm, holder.ExitCode);
    }

    public void Dispose()
    {
        _innocent.Kill();
        _innocent.WaitForExit();
        _innocent.Dispose();
        _folder.Dispose();
    }

    /// <summary>
    /// A process that another test is just starting, between fork and exec, has a copy of every handle of this one, the lock's
    /// too: until its exec the folder is held.
    /// </summary>
    private Task TakeAndGiveUpAsync()
    {
        FolderLock.TryTake(_folder.Path)!.Dispose();
        return Eventually(() => FolderLock.Look(_folder.Path) == FolderClaim.Free);
    }

    private static async Task Eventually(Func<bool> condition)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(10), "the condition never held");
            await Task.Delay(10);
        }
    }
}
