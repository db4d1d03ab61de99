using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using StateServer.Consensus;
using StateServer.Hosting.Placement;
using StateServer.Options;
using StateServer.Providers.Local;

namespace StateServer.Local;

/// <summary>
/// What a local cluster's root folder holds, as <c>cluster.json</c> records it. The file is written once, before the first member
/// starts, and again by a recovery. There are two forms. The members of an environment are machines of the local provider, and the file knows the first one
/// alone: the others come and go. Fixed members, without an environment of their own making, are all in the file, and stay.
/// </summary>
/// <param name="FormatVersion">The file's format: 1 for fixed members, 2 for an environment's.</param>
/// <param name="ClusterId">The cluster's minted id, a decimal string.</param>
/// <param name="BasePort">The first member's client port.</param>
/// <param name="Members">The fixed members, by slot; of an environment the first member.</param>
internal sealed record LocalCluster(int FormatVersion, string ClusterId, int BasePort, ImmutableArray<LocalMember> Members)
{
    /// <summary>The local environment's zones, see <see cref="LocalZoneList"/>; null for the usual ones.</summary>
    public string? Zones { get; init; }

    /// <summary>The environment's minted id, a decimal string; null for fixed members.</summary>
    public string? EnvironmentId { get; init; }

    /// <summary>How many state servers <c>up</c> was asked for when it began the environment; null for fixed members, and where <c>bootstrap</c> began it.</summary>
    public int? StateServers { get; init; }

    /// <summary>True where <see cref="Members"/> are all members there are.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsFixed => EnvironmentId is null;

    /// <summary>The members that are no machines of the provider; none in an environment's cluster.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ImmutableArray<LocalMember> FixedMembers => IsFixed ? Members : [];

    /// <summary>The environment's id; none for fixed members.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Domain.Identity.EnvironmentId Environment =>
        EnvironmentId is { } id ? new(ulong.Parse(id, CultureInfo.InvariantCulture)) : default;

    /// <summary>The first machine's port: an environment's first member is its first machine; else behind those of seven members, with some room.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int MachinePort => IsFixed ? Math.Min(BasePort + 100, LocalZoneList.HighestPort) : BasePort;

    /// <summary>The cluster's id.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Domain.Identity.ClusterId Cluster => new(ulong.Parse(ClusterId, CultureInfo.InvariantCulture));

    /// <summary>The settings of the provider that launches this cluster's machines.</summary>
    public LocalProviderOptions ProviderOptions(LocalRoot root) => new(root.Path, ProviderSource.CommandOf)
    {
        Zones = Zones is { } text && LocalZoneList.TryParse(text, out ImmutableArray<LocalZone> zones) is null ? zones : LocalZone.First(),
        BasePort = MachinePort,
    };

    /// <summary>The newest format: an environment's.</summary>
    public const int CurrentFormat = 2;

    private const int FixedFormat = 1;

    /// <summary>The record's file name in the root.</summary>
    public const string FileName = "cluster.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>A new cluster: ids minted, slots 0 to <paramref name="count"/> − 1.</summary>
    public static LocalCluster Mint(int count, int basePort) => new(
        FixedFormat,
        MintedId.Next().ToString(CultureInfo.InvariantCulture),
        basePort,
        [.. Enumerable.Range(0, count).Select(LocalMember.Mint)]);

    /// <summary>A new environment's cluster: ids minted, its first member in slot 0 and zone local-a, the usual zones.</summary>
    /// <param name="stateServers">How many state servers it is to get; null where that is not said yet.</param>
    /// <param name="basePort">The first machine's port.</param>
    public static LocalCluster MintEnvironment(int? stateServers, int basePort) => Mint(1, basePort) with
    {
        FormatVersion = CurrentFormat,
        EnvironmentId = MintedId.Next().ToString(CultureInfo.InvariantCulture),
        StateServers = stateServers,
        Zones = LocalZoneList.Format(LocalZone.First()),
    };

    /// <summary>Reads a root's record.</summary>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="IOException">It is there and can't be understood; the message says why.</exception>
    public static LocalCluster? Read(string root)
    {
        string path = Path.Combine(root, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        LocalCluster? read;
        try
        {
            read = JsonSerializer.Deserialize<LocalCluster>(File.ReadAllText(path), Json);
        }
        catch (JsonException exception)
        {
            throw new IOException($"{path} is damaged ({exception.Message}); restore it, or give another --root");
        }

        if (read is { FormatVersion: > CurrentFormat })
        {
            throw new IOException(
                $"{path} has format {read.FormatVersion}, this executable knows up to {CurrentFormat}; use the newer executable");
        }

        return read is { FormatVersion: FixedFormat or CurrentFormat } && read.IsWhole()
            ? read
            : throw new IOException($"{path} is damaged (ids, slots or ports are missing); restore it, or give another --root");
    }

    /// <summary>Writes the record, whole or not at all.</summary>
    public void Write(string root)
    {
        Directory.CreateDirectory(root);
        WholeFile.Write(Path.Combine(root, FileName), JsonSerializer.Serialize(this, Json) + "\n", overwrite: false);
    }

    /// <summary>Writes the record in the place of the one that is there, whole or not at all: of the cluster that a recovery made.</summary>
    public void Replace(string root) => WholeFile.Write(Path.Combine(root, FileName), JsonSerializer.Serialize(this, Json) + "\n");

    /// <summary>The ports of a member.</summary>
    public SlotPorts PortsOf(LocalMember member) => SlotPorts.Of(BasePort, member.Slot);

    /// <summary>The client addresses of the members that the record knows, comma-separated, as etcdctl takes them; see <see cref="LocalEndpoints"/> for all.</summary>
    public string Endpoints => string.Join(',', Members.Select(m => PortsOf(m).ClientAddress));

    /// <summary>The initial list that every member is started with.</summary>
    public string InitialMembers =>
        InitialMemberList.Format(Members.Select(m => new InitialMember(m.Id, m.Name, PortsOf(m).PeerAddress)));

    private bool IsWhole() =>
        !Members.IsDefaultOrEmpty
        && HasOneForm()
        && InitialMemberList.Sizes.Contains(Members.Length)
        && InitialMemberList.TryParseId(ClusterId ?? "", out _) is null
        && BasePort >= 1
        && BasePort <= SlotPorts.HighestBase(Members.Max(m => m?.Slot ?? 0) + 1)
        && Members.All(m => m is { Slot: >= 0, Name: not null, NodeId: not null, Zone: not null }
            && InitialMemberList.NameError(m.Name) is null
            && InitialMemberList.NameError(m.Zone) is null
            && m.Name.Any(char.IsAsciiLetterOrDigit)
            && InitialMemberList.TryParseId(m.NodeId, out _) is null)
        && (Zones is null || LocalZoneList.TryParse(Zones, out _) is null)
        && Members.DistinctBy(m => m.Slot).Count() == Members.Length
        && !InitialMemberList.Errors([.. Members.Select(m => new InitialMember(m.Id, m.Name, PortsOf(m).PeerAddress))]).Any();

    private bool HasOneForm() => FormatVersion == FixedFormat
        ? EnvironmentId is null && StateServers is null
        : Members.Length == 1
            && Zones is not null
            && BasePort <= LocalZoneList.HighestPort
            && InitialMemberList.TryParseId(EnvironmentId ?? "", out _) is null
            && (StateServers is not { } count || InitialMemberList.Sizes.Contains(count));
}
