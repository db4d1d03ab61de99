using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Tests.Transport;
using StateServer.Loopback;

namespace StateServer.Consensus.Tests.Raft;

/// <summary>Members of one new cluster in this process, with folders of their own that outlive them.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly string _root = Path.Combine(Path.GetTempPath(), "raft", "t" + Guid.NewGuid().ToString("N"));
    private readonly PortBlock _ports;
    private readonly ILogger? _logger;

    private readonly Dictionary<(int From, int To), LoopbackLink> _links = [];
    private readonly long _tailEntries;

    public TestCluster(int count, ILogger? logger = null, long tailEntries = 10_000, bool direct = false)
    {
        _logger = logger;
        _tailEntries = tailEntries;
        _ports = PortBlock.Take(count);
        Initial = [.. Enumerable.Range(1, count).Select(i => new InitialMember(
            new((ulong)(100 + i)), $"m{i}", $"127.0.0.1:{_ports.First + i - 1}"))];
        Members = new TestMember?[count];
        for (var from = 0; from < count && !direct; from++)
        {
            for (var to = 0; to < count; to++)
            {
                if (from != to)
                {
                    _links[(from, to)] = new(int.Parse(Initial[to].PeerAddress.Split(':')[1], CultureInfo.InvariantCulture));
                }
            }
        }
    }

    public ImmutableArray<InitialMember> Initial { get; }

    public TestMember?[] Members { get; }

    public IEnumerable<TestMember> Running => Members.OfType<TestMember>();

    public string FolderOf(int i) => Path.Combine(_root, $"m{i}");

    public ReplicaOptions OptionsOf(int i) => new()
    {
        DataFolder = FolderOf(i),
        Id = Initial[i].Id,
        Cluster = new(7),
        Name = Initial[i].Name,
        Zone = new("local-a"),
        PeerAddress = Initial[i].PeerAddress,
        ClientUrls = [],
        InitialMembers = [.. Initial.Select((member, to) =>
            to == i || _links.Count == 0 ? member : member with { PeerAddress = _links[(i, to)].Address })],
        TailEntries = _tailEntries,

        // Twice the defaults: a test machine is busier than a server's should be.
        ElectionTimeoutLow = TimeSpan.FromSeconds(1),
        ElectionTimeoutHigh = TimeSpan.FromSeconds(2),
        Version = "test",
    };

    public async Task OpenAsync(int i) => Members[i] = await TestMember.OpenAsync(OptionsOf(i), _logger);

    public async Task StartAsync(params int[] indexes)
    {
        var which = indexes.Length == 0 ? [.. Enumerable.Range(0, Initial.Length)] : indexes;
        foreach (var i in which)
        {
            await OpenAsync(i);
        }

        using var deadline = new CancellationTokenSource(Deadline);
        await Task.WhenAll(which.Select(i => Members[i]!.StartAsync(deadline.Token)));
    }

    public async Task KillAsync(int i)
    {
        if (Members[i] is { } member)
        {
            Members[i] = null;
            await member.DisposeAsync();
        }
    }

    /// <summary>Stops all bytes between two members, both ways.</summary>
    public void Block(int one, int other)
    {
        _links[(one, other)].Block();
        _links[(other, one)].Block();
    }

    /// <summary>Stops all bytes to and from a member, as SIGSTOP or an unplugged cable do.</summary>
    public void Isolate(int i)
    {
        for (var other = 0; other < Initial.Length; other++)
        {
            if (other != i)
            {
                Block(i, other);
            }
        }
    }

    /// <summary>All bytes pass again.</summary>
    public void Heal()
    {
        foreach (var link in _links.Values)
        {
            link.Unblock();
        }
    }

    public int IndexOf(TestMember member) => Array.IndexOf(Members, member);

    public async Task<TestMember> LeaderAsync()
    {
        TestMember? leader = null;
        await EventuallyAsync(
            () => (leader = Running.FirstOrDefault(member => !member.Node.LeadershipToken.IsCancellationRequested)) is not null,
            () => "no leader: " + string.Join("; ", Running.Select(member => member.Node.Status)));
        return leader!;
    }

    /// <summary>Proposes on whoever leads, and waits until it is applied there in the term it was appended in.</summary>
    public async Task<EntryPosition> ProposeAsync(string command)
    {
        while (true)
        {
            var leader = await LeaderAsync();
            try
            {
                var position = await leader.Node.AppendAsync(
                    leader.Node.Status.Term, Encoding.UTF8.GetBytes(command), reserve: false, CancellationToken.None);
                await EventuallyAsync(
                    () => leader.Applier.AppliedIndex >= position.Index || leader.Node.Status.Term != position.Term,
                    () => $"entry {position} was not applied: {leader.Node.Status}");
                if (leader.Node.Status.Term == position.Term)
                {
                    return position;
                }
            }
            catch (NotLeadingException)
            {
                // Another one leads by now.
            }
        }
    }

    public static async Task EventuallyAsync(Func<bool> condition, Func<string> otherwise)
    {
        if (!await HappensAsync(condition, Deadline))
        {
            Assert.Fail(otherwise());
        }
    }

    /// <summary>Waits until the condition holds, for the time at most.</summary>
    public static async Task<bool> HappensAsync(Func<bool> condition, TimeSpan within)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(begin) > within)
            {
                return false;
            }

            await Task.Delay(5);
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Enumerable.Range(0, Members.Length).Select(KillAsync));
        await Task.WhenAll(_links.Values.Select(link => link.DisposeAsync().AsTask()));
        _ports.Dispose();
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }
}
