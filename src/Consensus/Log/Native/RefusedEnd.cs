using System.Diagnostics.CodeAnalysis;

namespace StateServer.Consensus.Log.Native;

/// <summary>For files that nothing relies on yet: a failed sync is an error like any other, and the process goes on.</summary>
internal sealed class RefusedEnd : IProcessEnd
{
    /// <inheritdoc/>
    [DoesNotReturn]
    public void End(string line) => throw new IOException(line);
}
