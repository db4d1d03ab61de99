using StateServer.Loopback;

namespace StateServer.Consensus.Tests.Replica;

/// <summary>Three whole members in this process, with folders that outlive them.</summary>
internal sealed class HostedCluster : IAsyncDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), "replica", "t" + Guid.NewGuid().ToString("N"));
    private readonly PortBlock _ports;
    private readonly Func<ReplicaOptions, ReplicaOptions> _configure;
    private readonly IReadOnlyList<InitialMember> _initial;

    public HostedCluster(Func<ReplicaOptions, ReplicaOptions>? configure = null, int count = 3)
    {
        _configure = configure ?? (options => options);
        _ports = PortBlock.Take(count + 1);
        _initial = [.. Enumerable.Range(1, count).Select(i => new InitialMember(new((ulong)i), $"m{i}", $"127.0.0.1:{_ports.First + i - 1}"))];
        Members = new HostedMember?[count];
    }

    public HostedMember?[] Members { get; }

    public HostedMember this[int index] => Members[index]!;

    public IEnumerable<HostedMember> Running => Members.OfType<HostedMember>();

    public async Task StartAsync(params int[] indexes)
    {
        foreach (var i in indexes.Length == 0 ? [.. Enumerable.Range(0, Members.Length)] : indexes)
        {
            Members[i] = await HostedMember.StartAsync(_configure(TestOptions.Of(i + 1) with
            {
                DataFolder = FolderOf(i),
                PeerAddress = _initial[i].PeerAddress,
                InitialMembers = [.. _initial],
                RequestTimeout = TimeSpan.FromSeconds(15),
            }));
        }
    }

    /// <summary>The options of another member that joins this cluster.</summary>
    public ReplicaOptions JoinOptions(int place)
    {
        var number = Members.Length + 1 + place;
        return TestOptions.Of(number) with
        {
            DataFolder = FolderOf(number - 1),
            PeerAddress = $"127.0.0.1:{_ports.First + number - 1}",
            InitialMembers = [],
            Join = new([.. _initial.Select(member => member.PeerAddress)]),
            RequestTimeout = TimeSpan.FromSeconds(15),
        };
    }

    public async Task<int> LeaderAsync()
    {
        var leader = -1;
        await Eventually.IsTrueAsync(
            () =>
            {
                leader = Array.FindIndex(Members, member => member?.Replica.Status.Role == Consensus.Status.MemberRole.Leader);
                return leader >= 0;
            },
            "there is a leader",
            seconds: 60);
        return leader;
    }

    public string FolderOf(int index) => Path.Combine(_root, $"m{index + 1}");

    public async Task KillAsync(int index)
    {
        var member = Members[index];
        Members[index] = null;
        await member!.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Enumerable.Range(0, Members.Length).Where(i => Members[i] is not null).Select(KillAsync));
        _ports.Dispose();
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }
}
