using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>
/// Leases by their clients' monotonic clock: none ends before the time that its last acknowledged keep-alive promised from when
/// it was sent, none lives again, all end after all, and the keys of one vanish at one revision.
/// </summary>
internal static class LeaseChecker
{
    public static Verdict Check(LeaseEvidence evidence)
    {
        string[] wrong = [.. evidence.Lives.SelectMany(life => Judge(life, evidence).OfType<string>().Select(w => $"{life}: {w}"))];
        return wrong.Length > 0
            ? new Verdict("lease", Conclusion.Violated, $"{wrong[0]} ({wrong.Length} in all)")
            : new Verdict("lease", Conclusion.Holds, Summary(evidence));
    }

    private static IEnumerable<string?> Judge(LeaseLife life, LeaseEvidence evidence)
    {
        Dictionary<string, KeyEnd> ends = life.Keys
            .Where(k => evidence.Ends.ContainsKey(k.Name))
            .ToDictionary(k => k.Name, k => evidence.Ends[k.Name]);
        return Again(life, ends).Concat(Early(life, ends)).Append(Apart(ends)).Append(Kept(life, ends)).Concat(Left(life, evidence));
    }

    private static IEnumerable<string> Early(LeaseLife life, Dictionary<string, KeyEnd> ends)
    {
        long until = life.GuaranteedUntil;
        foreach ((string key, KeyEnd end) in ends.Where(e => e.Value.SeenAt < until))
        {
            yield return $"{key} was seen deleted (at revision {end.Revision}) {Milliseconds(until - end.SeenAt)} ms before the lease may end";
        }

        foreach (KeyLook look in AbsentLooks(life).Where(l => l.Return < until))
        {
            yield return $"{look.Key} was not there {Milliseconds(until - look.Return)} ms before the lease may end";
        }
    }

    /// <summary>Looks that prove the lease's end: at a key that was there before, and which only the lease's end takes away.</summary>
    private static IEnumerable<KeyLook> AbsentLooks(LeaseLife life) => life.Looks.Where(look =>
        !look.IsThere && life.Keys.Exists(k => k.Name == look.Key && k.IsBound && k.Return <= look.Call));

    private static IEnumerable<string> Again(LeaseLife life, Dictionary<string, KeyEnd> ends)
    {
        long over = AbsentLooks(life).Select(l => l.Return)
            .Concat(ends.Values.Select(e => e.SeenAt))
            .Append(life.RevokedAt ?? long.MaxValue)
            .Min();
        foreach (LeaseRenewal renewal in life.Renewals.Where(r => r.Sent > over))
        {
            yield return $"it was kept alive for {renewal.TtlSeconds} s, {Milliseconds(renewal.Sent - over)} ms after its end was known";
        }

        foreach (LeasedKey key in life.Keys.Where(k => k.Attached == OperationStatus.Ok && k.Call > over))
        {
            yield return $"{key.Name} was put under it {Milliseconds(key.Call - over)} ms after its end was known";
        }

        foreach (KeyLook look in life.Looks.Where(l => l.IsThere && l.Call > over && life.Keys.Exists(k => k.Name == l.Key && k.IsBound)))
        {
            yield return $"{look.Key} is there {Milliseconds(look.Call - over)} ms after the lease's end was known";
        }
    }

    private static string? Apart(Dictionary<string, KeyEnd> ends) => ends.DistinctBy(e => e.Value.Revision).Take(2).ToArray() is [var one, var other]
        ? $"{one.Key} vanished at revision {one.Value.Revision}, and {other.Key} at {other.Value.Revision}"
        : null;

    private static string? Kept(LeaseLife life, Dictionary<string, KeyEnd> ends) =>
        life.Keys.Find(k => k.IsFree && ends.ContainsKey(k.Name)) is { } free ? $"{free.Name} vanished, which it was taken off"
        : life.Keys.Find(k => k.IsBound && ends.Values.Any(e => e.Revision < k.Revision)) is { } late ? $"{late.Name} was put under it at revision {late.Revision}, after its end"
        : null;

    private static IEnumerable<string> Left(LeaseLife life, LeaseEvidence evidence)
    {
        if (evidence.LeasesLeft.Contains(life.Id))
        {
            yield return "it never ended";
        }

        foreach (LeasedKey key in life.Keys.Where(k => (k.Detached is null or OperationStatus.Fail) && evidence.KeysLeft.Contains(k.Name)))
        {
            yield return $"{key.Name} is still there";
        }

        foreach (LeasedKey key in life.Keys.Where(k => k.IsFree && !evidence.KeysLeft.Contains(k.Name)))
        {
            yield return $"{key.Name} is gone, which was taken off it";
        }
    }

    private static string Summary(LeaseEvidence evidence)
    {
        int renewals = evidence.Lives.Sum(l => l.Renewals.Count);
        int revoked = evidence.Lives.Count(l => l.RevokedAt is not null);
        int seen = evidence.Lives.Sum(l => l.Keys.Count(k => evidence.Ends.ContainsKey(k.Name)));
        return $"{evidence.Lives.Count} leases, {renewals} grants and keep-alives, {revoked} revoked; {seen} keys seen to vanish with theirs, none early";
    }

    private static long Milliseconds(long nanoseconds) => nanoseconds / 1_000_000;
}
