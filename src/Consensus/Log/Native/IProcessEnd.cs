using System.Diagnostics.CodeAnalysis;

namespace StateServer.Consensus.Log.Native;

/// <summary>How the process ends after a disk fault. Tests observe it by throwing.</summary>
internal interface IProcessEnd
{
    /// <summary>Says the line and ends the process at once: no finalizer, no shutdown hook, no flush.</summary>
    [DoesNotReturn]
    void End(string line);
}
