namespace StateServer.Consensus.Log.Native;

/// <summary>A write found no space (ENOSPC, EDQUOT or EFBIG).</summary>
internal sealed class DiskFullException(string message, Exception? inner = null) : IOException(message, inner);
