using StateServer.Consensus.Log.Native;

namespace StateServer.Consensus.Tests.Raft;

/// <summary>What would end the process is remembered instead, and the thread that asked for it ends.</summary>
internal sealed class RecordedEnd : IProcessEnd
{
    public string? Line { get; private set; }

#pragma warning disable CS8770 // The process goes on, unlike in earnest.
    public void End(string line) => Line ??= line;
#pragma warning restore CS8770
}
