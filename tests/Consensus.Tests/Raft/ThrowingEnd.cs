using System.Diagnostics.CodeAnalysis;
using StateServer.Consensus.Log.Native;

namespace StateServer.Consensus.Tests.Raft;

/// <summary>What would end the process is remembered instead.</summary>
internal sealed class ThrowingEnd : IProcessEnd
{
    public string? Line { get; private set; }

    [DoesNotReturn]
    public void End(string line)
    {
        Line = line;
        throw new ProcessEndedException(line);
    }
}
