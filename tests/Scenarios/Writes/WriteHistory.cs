using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Wire;

namespace StateServer.Scenarios.Writes;

/// <summary>What a <see cref="WriteLoad"/> wrote, and the check that a cluster holds exactly that.</summary>
internal sealed class WriteHistory(string prefix, IReadOnlyList<WriteRecord> records, IReadOnlyList<string> staleReads)
{
    public IReadOnlyList<WriteRecord> Records => records;

    public int Acknowledged => records.Count(record => record.Fate == WriteFate.Acknowledged);

    /// <summary>
    /// Each acknowledged write is there, once, with its value, at the revision its writer was told; no refused one is;
    /// nothing is there that nobody wrote; revisions follow real time; no reader saw the past; all members agree.
    /// </summary>
    public async Task VerifyAsync(TestCluster cluster, int atLeast = 1)
    {
        await VerifyAsync([.. cluster.Slots.Select(slot => cluster[slot])], atLeast, cluster.Logs);
        await cluster.AssertSameHashAsync();
    }

    /// <summary>As <see cref="VerifyAsync(TestCluster, int)"/>, of any members, but for their hashes.</summary>
    public async Task VerifyAsync(IReadOnlyList<EtcdConnection> members, int atLeast, Func<string> evidence)
    {
        Assert.True(Acknowledged >= atLeast, $"only {Acknowledged} writes were acknowledged: {Summary()}\n{evidence()}");
        Assert.True(staleReads.Count == 0, $"{staleReads.Count} stale reads: {string.Join("; ", staleReads.Take(5))}");
        Verify(await members[0].ReadAllAsync(prefix));
        foreach (var member in members.Skip(1))
        {
            await member.RangeAsync("health");
            Verify(await member.ReadAllAsync(prefix, serializable: true));
        }
    }

    /// <summary>Checks what one member answered.</summary>
    public void Verify(IReadOnlyList<StoredKey> found)
    {
        var stored = found.ToDictionary(key => key.Key, StringComparer.Ordinal);
        var faults = records
            .Select(record => Fault(record, stored.GetValueOrDefault(record.Key)))
            .Concat(Strangers(stored.Keys))
            .Concat(OutOfOrder())
            .OfType<string>()
            .Take(10)
            .ToList();
        if (faults.Count > 0)
        {
            Assert.Fail($"{string.Join('\n', faults)}\n{Summary()}, {stored.Count} keys found");
        }
    }

    public string Summary() =>
        $"{records.Count} writes: {Acknowledged} acknowledged, "
        + $"{records.Count(record => record.Fate == WriteFate.Unknown)} unknown, "
        + $"{records.Count(record => record.Fate == WriteFate.Refused)} refused"
        + string.Concat(records.Where(record => record.Error is not null)
            .GroupBy(record => $"{record.Fate}: {record.Error}", StringComparer.Ordinal)
            .OrderByDescending(group => group.Count())
            .Take(6)
            .Select(group => $"\n  {group.Count()} × {group.Key}"));

    private static string? Fault(WriteRecord record, StoredKey? stored) => (record.Fate, stored) switch
    {
        (WriteFate.Acknowledged, null) => $"LOST: {record.Key}, acknowledged at revision {record.Revision} by slot {record.Slot}",
        (WriteFate.Acknowledged, _) when stored.ModRevision != record.Revision =>
            $"MOVED: {record.Key} was acknowledged at revision {record.Revision}, and is at {stored.ModRevision}",
        (WriteFate.Refused, not null) => $"EXECUTED THOUGH REFUSED: {record.Key} ({record.Error}), revision {stored.ModRevision}",
        (_, null) => null,
        _ when stored.Value != record.Value => $"WRONG VALUE: {record.Key} holds '{stored.Value}' instead of '{record.Value}'",
        _ when stored.Version != 1 || stored.CreateRevision != stored.ModRevision => $"EXECUTED TWICE: {record.Key}, version {stored.Version}",
        _ => null,
    };

    private IEnumerable<string> Strangers(IEnumerable<string> keys)
    {
        var written = records.Select(record => record.Key).ToHashSet(StringComparer.Ordinal);
        return keys.Where(key => !written.Contains(key)).Select(key => $"NOBODY WROTE {key}");
    }

    /// <summary>A write acknowledged before another began has the lower revision.</summary>
    private IEnumerable<string> OutOfOrder()
    {
        var acknowledged = records.Where(record => record.Fate == WriteFate.Acknowledged).ToList();
        var byEnd = acknowledged.OrderBy(record => record.Ended).ToList();
        int ended = 0;
        WriteRecord? highest = null;
        foreach (var record in acknowledged.OrderBy(record => record.Begun))
        {
            for (; ended < byEnd.Count && byEnd[ended].Ended < record.Begun; ended++)
            {
                highest = highest is null || byEnd[ended].Revision > highest.Revision ? byEnd[ended] : highest;
            }

            if (highest is not null && highest.Revision >= record.Revision)
            {
                yield return $"OUT OF ORDER: {highest.Key} ended at revision {highest.Revision} before {record.Key} began, which got {record.Revision}";
            }
        }
    }
}
