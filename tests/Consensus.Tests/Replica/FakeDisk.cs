using StateServer.Consensus.Proposals;

namespace StateServer.Consensus.Tests.Replica;

/// <summary>A disk with as much room as a test says.</summary>
internal sealed class FakeDisk : IDiskSpace
{
    public long FreeBytes { get; set; } = 1L << 40;

    public (long FreeBytes, long TotalBytes) Measure() => (FreeBytes, 1L << 40);
}
