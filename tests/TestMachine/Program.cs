using System.Diagnostics;
using System.Runtime.InteropServices;
using StateServer.Providers.Local;
using StateServer.TestMachine;

// A machine's process for tests: holds its folder until TERM.
//   hold FOLDER        as it should be
//   stubborn FOLDER    TERM doesn't end it
//   parent FOLDER      starts a child that outlives it in a session of its own, as an agent starts units
//   launch ROOT PORT N launches machines 0 to N - 1 in ROOT, as a member does, and prints the instances' names
//   remove FOLDER      removes a folder, and prints what is left
string mode = args[0], folder = args[1];
if (mode == "launch")
{
    return await Launching.RunAsync(folder, args[2], args[3]);
}

if (mode == "remove")
{
    Console.WriteLine(FolderRemoval.TryRemove(folder));
    return 0;
}

var ended = new TaskCompletionSource();
using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    if (mode != "stubborn")
    {
        ended.TrySetResult();
    }
});
if (mode == "parent")
{
    // No redirection: it would keep this process's pipes open.
    using Process child = Process.Start("setsid", ["sleep", "600"]);
    await File.WriteAllTextAsync(Path.Combine(folder, "child"), $"{child.Id}");
}

using FolderLock? held = await FolderLock.TakeAsync(folder, TimeSpan.FromSeconds(5), TimeProvider.System, CancellationToken.None);
if (held is null)
{
    Console.WriteLine("the folder is held by another");
    return 1;
}

Console.WriteLine($"holds {folder}");
await ended.Task.WaitAsync(TimeSpan.FromMinutes(10));
return 0;
