namespace StateServer.Consensus.Snapshots;

/// <summary>A file is no whole snapshot that this executable can read; the message is one line that says so, with the file's name.</summary>
public sealed class SavedSnapshotException(string message, Exception? cause = null) : Exception(message, cause);
