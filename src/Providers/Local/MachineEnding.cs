using System.Collections.Immutable;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Providers.Local.Native;

namespace StateServer.Providers.Local;

/// <summary>Ends machines whose end is decided, in steps that another process can take up: asked, killed, seen gone, recorded as ended, removed.</summary>
internal sealed class MachineEnding(MachineStore store, TimeProvider time)
{
    /// <summary>After SIGKILL a process is gone as soon as its disk writes are.</summary>
    private static readonly TimeSpan KillDeadline = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Decides a machine's end. The root is claimed.</summary>
    public LaunchRecord Decide(LaunchRecord record) =>
        record.IsEnding ? record : store.Write(record with { IsEnding = true });

    /// <summary>Ends machines whose end is decided. The root is not claimed: it takes a while.</summary>
    /// <param name="records">Which.</param>
    /// <param name="grace">Between TERM and KILL; zero for KILL at once.</param>
    /// <param name="cancellationToken">Ends the wait; the end stays decided.</param>
    /// <exception cref="TransientException">Something of one still runs.</exception>
    public async Task EndAsync(ImmutableArray<LaunchRecord> records, TimeSpan grace, CancellationToken cancellationToken)
    {
        bool[] gone = await Task.WhenAll(records.Select(r => StopAsync(store.Processes(r), grace, cancellationToken)));
        using (await store.ClaimAsync(cancellationToken))
        {
            foreach (LaunchRecord record in records)
            {
                // Another process may have recorded it in between.
                store.Settle(record.Id());
            }
        }

        ImmutableArray<string> left = [.. records.Where((_, i) => !gone[i]).Select(r => r.Id().Name)];
        if (!left.IsEmpty)
        {
            throw new TransientException(
                $"{string.Join(", ", left)}: its process does not end, or can't be proven to be the machine's, and was sent nothing");
        }
    }

    /// <summary>Stops what a machine runs.</summary>
    /// <param name="processes">The machine's.</param>
    /// <param name="grace">Between TERM and KILL; zero for KILL at once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False where something still runs.</returns>
    public async Task<bool> StopAsync(MachineProcesses processes, TimeSpan grace, CancellationToken cancellationToken)
    {
        if (grace > TimeSpan.Zero)
        {
            processes.Signal(LibC.SigTerm);
            if (await WaitUntilGoneAsync(grace))
            {
                return true;
            }
        }

        return await WaitUntilGoneAsync(KillDeadline, LibC.SigKill);

        // What a process starts between the look and its end is found by the next look.
        async Task<bool> WaitUntilGoneAsync(TimeSpan deadline, int? signal = null)
        {
            long started = time.GetTimestamp();
            while (processes.AnyRuns)
            {
                if (signal is { } again)
                {
                    processes.Signal(again);
                }

                if (time.GetElapsedTime(started) >= deadline)
                {
                    return false;
                }

                await Task.Delay(Pause, time, cancellationToken);
            }

            return true;
        }
    }
}
