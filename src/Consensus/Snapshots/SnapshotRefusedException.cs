namespace StateServer.Consensus.Snapshots;

/// <summary>A snapshot transfer isn't what was announced; nothing of it is kept.</summary>
internal sealed class SnapshotRefusedException(string message) : Exception(message);
