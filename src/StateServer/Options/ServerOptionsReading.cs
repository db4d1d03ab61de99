using System.Collections.Immutable;
using System.Globalization;
using StateServer.Consensus;
using StateServer.Domain.Identity;
using StateServer.Providers.Local;

namespace StateServer.Options;

/// <summary>Turns the gathered texts into options, with a line for each text that says nothing and each required one that is missing.</summary>
internal sealed class ServerOptionsReading
{
    private delegate string? Parser<T>(string text, out T value);

    private readonly IReadOnlyDictionary<string, SettingValue> _values;
    private readonly List<string> _errors;

    private ServerOptionsReading(IReadOnlyDictionary<string, SettingValue> values, List<string> errors)
    {
        _values = values;
        _errors = errors;
    }

    /// <summary>Reads.</summary>
    /// <param name="values">The gathered settings.</param>
    /// <param name="errors">Gets a line for each error.</param>
    /// <returns>The options; what could not be read has its default, or null where it is required, so that the rest can still be judged.</returns>
    public static ServerOptions Read(IReadOnlyDictionary<string, SettingValue> values, List<string> errors) =>
        new ServerOptionsReading(values, errors).Read();

    private ServerOptions Read()
    {
        var options = new ServerOptions
        {
            Name = Required<string?>(ServerSettings.Name, ParseName),
            Id = new NodeId(Required<ulong>(ServerSettings.NodeId, InitialMemberList.TryParseId)),
            Cluster = new ClusterId(Required<ulong>(ServerSettings.ClusterId, InitialMemberList.TryParseId)),
            DataFolder = Required<string?>(ServerSettings.DataDir, ParsePath),
            Zone = new Zone(Optional<string?>(ServerSettings.Zone, ParseName, "default") ?? "default"),
            InitialMembers = Optional<ImmutableArray<InitialMember>>(ServerSettings.InitialMembers, InitialMemberList.TryParse, []),
            Join = Optional<ImmutableArray<string>>(ServerSettings.Join, JoinList.TryParse, []),
            ListenClient = Optional<ListenAddress?>(ServerSettings.ListenClient, ListenAddress.TryParse, Loopback(2379)),
            ListenPeer = Optional<ListenAddress?>(ServerSettings.ListenPeer, ListenAddress.TryParse, Loopback(2380)),
            ListenHttp = Optional<ListenAddress?>(ServerSettings.ListenHttp, ListenAddress.TryParse, Loopback(2381)),
            LocalRoot = Optional<string?>(ServerSettings.LocalRoot, ParsePath, null),
            LocalZones = Optional<ImmutableArray<LocalZone>>(ServerSettings.LocalZones, LocalZoneList.TryParse, LocalZone.First()),
            LocalPort = Count(ServerSettings.LocalPort, LocalZoneList.UsualPort),
            OtlpEndpoint = Optional<Uri?>(ServerSettings.OtlpEndpoint, ParseUrl, null),
            LogLevel = Optional<LogLevel>(ServerSettings.LogLevel, ParseLogLevel, LogLevel.Information),
            LogFile = Optional<string?>(ServerSettings.LogFile, ParsePath, null),
        };
        if (!_values.ContainsKey(ServerSettings.InitialMembers.Name) && !_values.ContainsKey(ServerSettings.Join.Name))
        {
            Missing(ServerSettings.InitialMembers, $", or {ServerSettings.Join.Flag} for a member of a cluster that runs");
        }

        options.Shared = ReadShared(options);
        ReadLimits(options);
        ReadAdvertised(options);
        return options;
    }

    /// <summary>Each as it was given, but for the folder: a relative one means something else to another process.</summary>
    private ImmutableSortedDictionary<string, string> ReadShared(ServerOptions options) => ServerSettings.Shared
        .Where(setting => _values.ContainsKey(setting.Name))
        .ToImmutableSortedDictionary(
            setting => setting.Name,
            setting => setting == ServerSettings.LocalRoot ? options.LocalRoot ?? "" : _values[setting.Name].Text,
            StringComparer.Ordinal);

    private void ReadLimits(ServerOptions options)
    {
        options.Heartbeat = Time(ServerSettings.Heartbeat, 100);
        options.ElectionTimeoutLow = Time(ServerSettings.ElectionTimeoutLow, 500);
        options.ElectionTimeoutHigh = Time(ServerSettings.ElectionTimeoutHigh, 1000);
        options.RequestTimeout = Time(ServerSettings.RequestTimeout, 5000);
        options.MaxRequestBytes = Size(ServerSettings.MaxRequestBytes, 1536L << 10);
        options.MaxBatchBytes = Size(ServerSettings.MaxBatchBytes, 1L << 20);
        options.MaxBatchCommands = Count(ServerSettings.MaxBatchCommands, 1024);
        options.MaxQueueBytes = Size(ServerSettings.MaxQueueBytes, 64L << 20);
        options.SnapshotEntries = Count(ServerSettings.SnapshotEntries, 100_000);
        options.SnapshotBytes = Size(ServerSettings.SnapshotBytes, 256L << 20);
        options.TailEntries = Count(ServerSettings.TailEntries, 10_000);
        options.TailBytes = Size(ServerSettings.TailBytes, 64L << 20);
        options.WatchProgressInterval = Time(ServerSettings.WatchProgressInterval, 600_000);
        options.MaxWatches = Count(ServerSettings.MaxWatches, 1_000_000);
        options.MaxWatchBacklogBytes = Size(ServerSettings.MaxWatchBacklogBytes, 128L << 20);
        options.DigestEveryEntries = Count(ServerSettings.DigestEveryEntries, 10_000);
        options.QuotaBytes = Size(ServerSettings.QuotaBytes, 8L << 30);
        options.AutoCompaction = ReadAutoCompaction();
    }

    private AutoCompaction ReadAutoCompaction()
    {
        string? mode = Optional<string?>(ServerSettings.AutoCompactionMode, ParseCompactionMode, "periodic");
        if (mode is null || !_values.TryGetValue(ServerSettings.AutoCompactionRetention.Name, out SettingValue given))
        {
            return AutoCompaction.Off;
        }

        if (AutoCompactionSettings.TryParse(mode, given.Text, out AutoCompaction rule) is { } wrong)
        {
            _errors.Add($"{given.Source}: {wrong}");
        }

        return rule;
    }

    private void ReadAdvertised(ServerOptions options)
    {
        options.ClientUrls = Optional<ImmutableArray<string>>(ServerSettings.AdvertiseClient, ParseUrls, []);
        if (options.ClientUrls.IsDefaultOrEmpty)
        {
            options.ClientUrls = [];
            if (!_values.ContainsKey(ServerSettings.AdvertiseClient.Name) && options.ListenClient is { } client)
            {
                options.ClientUrls = [$"http://{client}"];
                AskWhereAny(client, ServerSettings.ListenClient, ServerSettings.AdvertiseClient);
            }
        }

        options.PeerAddress = Optional<string?>(ServerSettings.AdvertisePeer, ParseHostPort, null);
        if (!_values.ContainsKey(ServerSettings.AdvertisePeer.Name) && options.ListenPeer is { } peer)
        {
            options.PeerAddress = peer.ToString();
            AskWhereAny(peer, ServerSettings.ListenPeer, ServerSettings.AdvertisePeer);
        }
    }

    private void AskWhereAny(ListenAddress address, ServerSetting listen, ServerSetting advertise)
    {
        if (address.IsAny)
        {
            _errors.Add($"{listen.Flag} {address} stands for every interface; {advertise.Flag} must say what others dial");
        }
    }

    private T? Required<T>(ServerSetting setting, Parser<T> parse)
    {
        if (!_values.ContainsKey(setting.Name))
        {
            Missing(setting);
            return default;
        }

        return Optional(setting, parse, default);
    }

    private void Missing(ServerSetting setting, string otherwise = "") => _errors.Add(
        $"{setting.Flag} is missing; give it, or {setting.EnvironmentVariable}, or '{setting.Name}' in the --config file{otherwise}");

    private T? Optional<T>(ServerSetting setting, Parser<T> parse, T? otherwise)
    {
        if (!_values.TryGetValue(setting.Name, out SettingValue given))
        {
            return otherwise;
        }

        if (parse(given.Text, out T value) is { } wrong)
        {
            _errors.Add($"{given.Source}: {wrong}");
            return otherwise;
        }

        return value;
    }

    private TimeSpan Time(ServerSetting setting, int milliseconds) =>
        Optional<TimeSpan>(setting, Duration.TryParse, TimeSpan.FromMilliseconds(milliseconds));

    private long Size(ServerSetting setting, long bytes) => Optional<long>(setting, ByteSize.TryParse, bytes);

    private long Count(ServerSetting setting, long count) => Optional<long>(setting, ParseCount, count);

    private static ListenAddress Loopback(int port) => new(System.Net.IPAddress.Loopback, port);

    private static string? ParseName(string text, out string? name)
    {
        name = text;
        return InitialMemberList.NameError(text);
    }

    private static string? ParsePath(string text, out string? path)
    {
        path = text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal) ? Path.GetFullPath(text) : null;
        return path is null ? "an empty path; give a path" : null;
    }

    private static string? ParseHostPort(string text, out string? address)
    {
        address = text;
        return HostPort.Error(text);
    }

    private static string? ParseCount(string text, out long count) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count)
            ? null
            : $"'{text}' is no count; give a whole number";

    private static string? ParseCompactionMode(string text, out string? mode)
    {
        mode = text is "periodic" or "revision" ? text : null;
        return mode is null ? $"there is no mode '{text}'; give periodic or revision" : null;
    }

    private static string? ParseUrl(string text, out Uri? url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url) && url.Scheme is "http" or "https" && url.Host.Length > 0
            ? null
            : $"'{text}' is no URL; give such as http://10.0.0.1:2379";

    private static string? ParseUrls(string text, out ImmutableArray<string> urls)
    {
        urls = [.. text.Split(',', StringSplitOptions.TrimEntries)];
        return urls.Select(u => ParseUrl(u, out _)).FirstOrDefault(wrong => wrong is not null);
    }

    private static string? ParseLogLevel(string text, out LogLevel level) =>
        Enum.TryParse(text, ignoreCase: true, out level) && text.All(char.IsAsciiLetter) && level != LogLevel.Critical
            ? null
            : $"'{text}' is no level; give trace, debug, information, warning, error or none";
}
