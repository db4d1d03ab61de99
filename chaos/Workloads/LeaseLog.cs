using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Workloads;

/// <summary>Writes what clients knew of leases, for people. Times are milliseconds.</summary>
internal static class LeaseLog
{
    public static void Write(string path, IEnumerable<LeaseLife> lives, IReadOnlyDictionary<string, KeyEnd> ends)
    {
        using var writer = new StreamWriter(path);
        foreach (LeaseLife life in lives)
        {
            writer.WriteLine($"{life}: guaranteed until {Time(life.GuaranteedUntil)}, revocation called {Time(life.RevokeCall)}, acknowledged {Time(life.RevokedAt)}");
            foreach (LeaseRenewal renewal in life.Renewals)
            {
                writer.WriteLine($"  renewed {Time(renewal.Sent)} for {renewal.TtlSeconds} s");
            }

            foreach (LeasedKey key in life.Keys)
            {
                string end = ends.TryGetValue(key.Name, out KeyEnd? gone) ? $"gone at revision {gone.Revision}, seen {Time(gone.SeenAt)}" : "not seen to go";
                writer.WriteLine($"  {key.Name} attached {key.Attached} {Time(key.Call)}..{Time(key.Return)} at revision {key.Revision}, detached {key.Detached}, {end}");
            }

            foreach (KeyLook look in life.Looks)
            {
                writer.WriteLine($"  {look.Key} {(look.IsThere ? "there" : "absent")} {Time(look.Call)}..{Time(look.Return)}");
            }
        }
    }

    private static string Time(long? nanoseconds) => nanoseconds is { } time and < long.MaxValue ? $"{time / 1_000_000}" : "-";
}
