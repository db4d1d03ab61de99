namespace StateServer.Consensus.Proposals;

/// <summary>Measures the disk that holds a member's folder.</summary>
internal interface IDiskSpace
{
    /// <summary>Free bytes for this process, and the disk's size in bytes. Does not throw.</summary>
    (long FreeBytes, long TotalBytes) Measure();
}
