using StateServer.Consensus.Log.Native;

namespace StateServer.Consensus.Rehearsal;

/// <summary>A rehearsal that fails ends nothing but itself: it comes to nothing in time, and says so then. Thread-safe.</summary>
internal sealed class RehearsedEnd : IProcessEnd
{
    private string? _line;

    /// <summary>Why the process would have ended; null where it wouldn't.</summary>
    public string? Line => Volatile.Read(ref _line);

#pragma warning disable CS8770 // The process goes on, unlike in earnest; the thread that asked for its end ends.
    /// <inheritdoc/>
    public void End(string line) => Interlocked.CompareExchange(ref _line, line, null);
#pragma warning restore CS8770
}
