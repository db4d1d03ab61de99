namespace StateServer.Consensus.Tests.Log;

/// <summary>The simulated process is gone: by a power loss, or because it ended itself.</summary>
internal sealed class PowerLossException(string message) : Exception(message);
