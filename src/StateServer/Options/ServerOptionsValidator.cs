using Microsoft.Extensions.Options;
using StateServer.Consensus;

namespace StateServer.Options;

/// <summary>Judges options as a whole: ranges, and what must fit together. What is null was reported when it was read. Pure.</summary>
internal sealed class ServerOptionsValidator : IValidateOptions<ServerOptions>
{
    /// <summary>Half of a log segment: an entry lies in one segment whole, and each takes at least one.</summary>
    private const long LargestEntryBytes = 8L << 20;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ServerOptions options)
    {
        List<string> errors = [.. MemberErrors(options), .. AddressErrors(options), .. TimeErrors(options), .. LimitErrors(options), .. LocalErrors(options)];
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static IEnumerable<string> MemberErrors(ServerOptions options)
    {
        if (!options.Join.IsEmpty)
        {
            foreach (string error in JoinList.Errors(options.Join, options.PeerAddress))
            {
                yield return $"--join: {error}";
            }

            if (!options.InitialMembers.IsEmpty)
            {
                yield return "--join is for a member of a cluster that runs, --initial-members for one of a new cluster; give one of them";
            }

            yield break;
        }

        if (options.InitialMembers.IsEmpty)
        {
            yield break;
        }

        foreach (string error in InitialMemberList.Errors(options.InitialMembers))
        {
            yield return $"--initial-members: {error}";
        }

        if (options.Id.IsNone)
        {
            yield break;
        }

        InitialMember? self = options.InitialMembers.FirstOrDefault(m => m.Id == options.Id);
        if (self is null)
        {
            yield return $"--initial-members: this member's own node id {options.Id} is missing from the list; add it";
            yield break;
        }

        if (options.Name is { } name && self.Name != name)
        {
            yield return $"--initial-members: node id {self.Id} is called '{self.Name}' there and '{name}' by --name; make them equal";
        }

        if (options.PeerAddress is { } address && self.PeerAddress != address)
        {
            yield return $"--initial-members: node id {self.Id} is at {self.PeerAddress} there and at {address} by --advertise-peer; make them equal";
        }
    }

    private static IEnumerable<string> AddressErrors(ServerOptions options)
    {
        (ServerSetting Setting, ListenAddress? Address)[] all =
        [
            (ServerSettings.ListenClient, options.ListenClient),
            (ServerSettings.ListenPeer, options.ListenPeer),
            (ServerSettings.ListenHttp, options.ListenHttp),
        ];
        for (int i = 0; i < all.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (all[i].Address is { } one && all[j].Address is { } other && one.Port == other.Port
                    && (one.Address.Equals(other.Address) || one.IsAny || other.IsAny))
                {
                    yield return $"{all[j].Setting.Flag} and {all[i].Setting.Flag} share port {one.Port}; each needs its own";
                }
            }
        }
    }

    private static IEnumerable<string> TimeErrors(ServerOptions options)
    {
        if (Range(ServerSettings.Heartbeat, options.Heartbeat, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10)) is { } heartbeat)
        {
            yield return heartbeat;
        }

        // A follower that misses one heartbeat, and is late with the next, must not start an election.
        if (options.ElectionTimeoutLow < 3 * options.Heartbeat)
        {
            yield return $"--election-timeout-low: {Duration.Format(options.ElectionTimeoutLow)} is less than three heartbeats; "
                + $"give {Duration.Format(3 * options.Heartbeat)} or more";
        }

        if (options.ElectionTimeoutHigh <= options.ElectionTimeoutLow || options.ElectionTimeoutHigh > TimeSpan.FromSeconds(60))
        {
            yield return $"--election-timeout-high: {Duration.Format(options.ElectionTimeoutHigh)} must be above "
                + $"--election-timeout-low ({Duration.Format(options.ElectionTimeoutLow)}) and at most 60s";
        }

        if (Range(ServerSettings.RequestTimeout, options.RequestTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)) is { } request)
        {
            yield return request;
        }
    }

    private static IEnumerable<string> LimitErrors(ServerOptions options)
    {
        string?[] errors =
        [
            Range(ServerSettings.MaxRequestBytes, options.MaxRequestBytes, 1L << 10, LargestEntryBytes),
            Range(ServerSettings.MaxBatchBytes, options.MaxBatchBytes, 4L << 10, LargestEntryBytes),
            Range(ServerSettings.MaxBatchCommands, options.MaxBatchCommands, 1, 65_536),
            Range(ServerSettings.MaxQueueBytes, options.MaxQueueBytes, options.MaxRequestBytes, 16L << 30),
            options.QuotaBytes == 0 ? null : Range(ServerSettings.QuotaBytes, options.QuotaBytes, 1L << 20, 1L << 50),
            Range(ServerSettings.SnapshotEntries, options.SnapshotEntries, 10, int.MaxValue),
            Range(ServerSettings.SnapshotBytes, options.SnapshotBytes, 64L << 10, 1L << 40),
            Range(ServerSettings.TailEntries, options.TailEntries, 0, int.MaxValue),
            Range(ServerSettings.TailBytes, options.TailBytes, 0, 1L << 40),
            Range(ServerSettings.DigestEveryEntries, options.DigestEveryEntries, 1, int.MaxValue),
            Range(ServerSettings.WatchProgressInterval, options.WatchProgressInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(24)),
            Range(ServerSettings.MaxWatches, options.MaxWatches, 1, int.MaxValue),
            Range(ServerSettings.MaxWatchBacklogBytes, options.MaxWatchBacklogBytes, 1L << 20, 1L << 40),
        ];
        return errors.OfType<string>();
    }

    private static IEnumerable<string> LocalErrors(ServerOptions options)
    {
        if (Range(ServerSettings.LocalPort, options.LocalPort, 1, LocalZoneList.HighestPort) is { } port)
        {
            yield return port;
        }

        foreach (string error in options.ToReconciliationOptions().Errors())
        {
            yield return error;
        }
    }

    private static string? Range(ServerSetting setting, TimeSpan value, TimeSpan low, TimeSpan high) =>
        value >= low && value <= high
            ? null
            : $"{setting.Flag}: {Duration.Format(value)} is out of range; give {Duration.Format(low)} to {Duration.Format(high)}";

    private static string? Range(ServerSetting setting, long value, long low, long high) =>
        value >= low && value <= high ? null : $"{setting.Flag}: {value} is out of range; give {low} to {high}";
}
