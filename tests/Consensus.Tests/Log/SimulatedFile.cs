namespace StateServer.Consensus.Tests.Log;

/// <summary>What a <see cref="SimulatedDisk"/> holds of one file: what processes see, and what a crash can't take.</summary>
internal sealed class SimulatedFile
{
    private const int SectorBytes = 512;

    public byte[] Content { get; set; } = [];

    public byte[] Durable { get; set; } = [];

    /// <summary>The sectors that were written since the last sync.</summary>
    public SortedSet<int> Unsynced { get; } = [];

    public void SetLength(int length)
    {
        byte[] longer = new byte[length];
        Content.AsSpan(0, Math.Min(length, Content.Length)).CopyTo(longer);
        Content = longer;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (bytes.Length == 0)
        {
            return;
        }

        bytes.CopyTo(Content.AsSpan((int)offset));
        for (long sector = offset / SectorBytes; sector <= (offset + bytes.Length - 1) / SectorBytes; sector++)
        {
            Unsynced.Add((int)sector);
        }
    }

    /// <summary>Keeps what was synced and, of the rest, the sectors that this chooses.</summary>
    public void Crash(Func<bool> keepsSector)
    {
        byte[] content = new byte[keepsSector() ? Math.Max(Content.Length, Durable.Length) : Durable.Length];
        Durable.CopyTo(content, 0);
        foreach (int sector in Unsynced)
        {
            int start = sector * SectorBytes;
            int end = Math.Min(Math.Min(start + SectorBytes, Content.Length), content.Length);
            if (keepsSector() && start < end)
            {
                Content.AsSpan(start..end).CopyTo(content.AsSpan(start));
            }
        }

        Content = content;
        Durable = [.. content];
        Unsynced.Clear();
    }
}
