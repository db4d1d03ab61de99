using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Tests.Transport;
using StateServer.Domain.Identity;
using StateServer.Loopback;

namespace StateServer.Consensus.Tests.Raft;

/// <summary>Members of one new cluster in this process, with folders of their own that outlive them.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private const int Spares = 4;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly string _root = Path.Combine(Path.GetTempPath(), "raft", "t" + Guid.NewGuid().ToString("N"));
    private readonly PortBlock _ports;
    private readonly ILogger? _logger;

    private readonly Dictionary<(int From, int To), LoopbackLink> _links = [];
    private readonly long _tailEntries;
    private readonly TestRoster? _roster;

    /// <param name="count">Initial members.</param>
    /// <param name="logger">The log for people.</param>
    /// <param name="tailEntries">Entries kept behind a snapshot.</param>
    /// <param name="direct">Whether members reach each other without links that can be blocked.</param>
    /// <param name="joining">Members behind the initial ones that may join; all are direct then.</param>
    public TestCluster(int count, ILogger? logger = null, long tailEntries = 10_000, bool direct = false, int joining = 0)
    {
        direct |= joining > 0;
        _logger = logger;
        _tailEntries = tailEntries;
        _ports = PortBlock.Take(count + joining + Spares);
        Initial = [.. Enumerable.Range(1, count).Select(i => new InitialMember(
            new((ulong)(100 + i)), $"m{i}", $"127.0.0.1:{_ports.First + i - 1}"))];
        Joining = [.. Enumerable.Range(count + 1, joining).Select(i => new InitialMember(
            new((ulong)(100 + i)), $"m{i}", $"127.0.0.1:{_ports.First + i - 1}"))];
        Members = new TestMember?[count + joining];
        _roster = joining > 0 ? new(Initial) : null;
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

    public ImmutableArray<InitialMember> Joining { get; }

    /// <summary>Who belongs to the cluster, as the replicated state would say; there is one where members may join.</summary>
    public TestRoster Roster => _roster!;

    public TestMember?[] Members { get; }

    /// <summary>A port that no member of the cluster has: where one of them moves to.</summary>
    public int SparePort(int spare) => _ports.First + Members.Length + spare;

    public IEnumerable<TestMember> Running => Members.OfType<TestMember>();

    public string FolderOf(int i) => Path.Combine(_root, $"m{i}");

    public ReplicaOptions OptionsOf(int i) => new()
    {
        DataFolder = FolderOf(i),
        Id = Of(i).Id,
        Cluster = new(7),
        Name = Of(i).Name,
        Zone = new("local-a"),
        PeerAddress = Of(i).PeerAddress,
        ClientUrls = [],
        InitialMembers = i >= Initial.Length ? [] : [.. Initial.Select((member, to) =>
            to == i || _links.Count == 0 ? member : member with { PeerAddress = _links[(i, to)].Address })],
        Join = i >= Initial.Length ? new([.. Initial.Select(member => member.PeerAddress)]) : null,
        TailEntries = _tailEntries,

        // Twice the defaults: a test machine is busier than a server's should be.
        ElectionTimeoutLow = TimeSpan.FromSeconds(1),
        ElectionTimeoutHigh = TimeSpan.FromSeconds(2),
        Version = "test",
    };

    public NodeId IdOf(int i) => Of(i).Id;

    public Task OpenAsync(int i) => OpenAsync(i, OptionsOf(i));

    /// <summary>Opens a member with other options, or without the log that would tell it who belongs to the cluster.</summary>
    public async Task OpenAsync(int i, ReplicaOptions options, bool isTold = true)
    {
        Members[i] = await TestMember.OpenAsync(options, _logger, isTold && _roster is { } roster ? roster.Enter : null);
        if (i < Initial.Length)
        {
            _roster?.Bind(Members[i]!.Node.Identity);
        }
    }

    /// <summary>Lets a member join, and waits until it is taught and has applied all that the leader has.</summary>
    public async Task JoinAsync(int i)
    {
        Roster.Expect(Of(i));
        await StartAsync(i);
        await TaughtAsync(i);
    }

    /// <summary>Waits until a learner has applied all that whoever leads has.</summary>
    public async Task TaughtAsync(int i) => await EventuallyAsync(
        () => Running.FirstOrDefault(member => member.Node.Status.Learners.ContainsKey(IdOf(i))) is { } leader
            && leader.Applier.AppliedIndex > 0
            && Members[i] is { Node.Fault: null } learner
            && learner.Applier.AppliedIndex >= leader.Applier.AppliedIndex
            && learner.Applier.Commands.SequenceEqual(leader.Applier.Commands),
        () => $"m{i} is not taught: {Members[i]?.Node.Status}; " + string.Join("; ", Running.Select(member => member.Node.Status)));

    /// <summary>Gives a learner a vote, by whoever leads, again where the machine was too slow for the bounds.</summary>
    public Task<EntryPosition> PromoteAsync(int i) => ChangeAsync(leader => leader.PromoteAsync(IdOf(i), CancellationToken.None));

    /// <summary>Takes a vote, by whoever leads.</summary>
    public Task<EntryPosition> RemoveVoterAsync(int i) => ChangeAsync(leader => leader.RemoveVoterAsync(IdOf(i), CancellationToken.None));

    private async Task<EntryPosition> ChangeAsync(Func<RaftNode, ValueTask<EntryPosition>> change)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var leader = await LeaderAsync();
            try
            {
                return await change(leader.Node);
            }
            catch (Exception exception) when (exception is RefusedChangeException or NotLeadingException or UnsettledChangeException
                && TimeProvider.System.GetElapsedTime(begin) < Deadline)
            {
                // Again.
            }
        }
    }

    private InitialMember Of(int i) => i < Initial.Length ? Initial[i] : Joining[i - Initial.Length];

    public async Task StartAsync(params int[] indexes)
    {
        var which = indexes.Length == 0 ? [.. Enumerable.Range(0, Initial.Length)] : indexes;
        foreach (var i in which)
        {
            await OpenAsync(i);
        }

        await StartOpenedAsync(which);
    }

    public async Task StartOpenedAsync(params int[] indexes)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await Task.WhenAll(indexes.Select(i => Members[i]!.StartAsync(deadline.Token)));
    }

    /// <summary>Waits until the leader has not heard a voter for longer than it counts it as alive.</summary>
    public async Task SilentAsync(int i)
    {
        var leader = await LeaderAsync();
        await EventuallyAsync(
            () => TimeProvider.System.GetElapsedTime(leader.Node.Status.ProgressOf(IdOf(i)).LastContactTimestamp)
                > 1.1 * OptionsOf(0).ElectionTimeoutHigh,
            () => $"m{i} still answers: {leader.Node.Status}");
    }

    public async Task KillAsync(int i)
    {
        if (Members[i] is { } member)
        {
            Members[i] = null;
            _roster?.Leave(member.Node);
            await member.DisposeAsync();
        }
    }

    /// <summary>How many connections the one has made to the other.</summary>
    public int Connections(int from, int to) => _links[(from, to)].Connections;

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
