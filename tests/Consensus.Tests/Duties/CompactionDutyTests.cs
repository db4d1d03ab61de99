using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StateServer.Consensus.Duties;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Tests.Replica;

namespace StateServer.Consensus.Tests.Duties;

/// <summary>Compaction on a schedule, with a clock that stands until it is moved.</summary>
public sealed class CompactionDutyTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task By_time_the_history_of_the_period_stays_and_no_more()
    {
        await using var cluster = await FakeCluster.StartAsync(1);
        await cluster.RegisteredAsync();
        var duty = Duty(cluster, 0, AutoCompaction.Periodic(TimeSpan.FromMinutes(10)));
        var before = await PutAsync(cluster, 5);
        for (var minute = 0; minute < 10; minute++)
        {
            await duty.PerformAsync(CancellationToken.None);
            Assert.Equal(-1, Compacted(cluster));
            await PutAsync(cluster, 2);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await duty.PerformAsync(CancellationToken.None);
        Assert.Equal(before, Compacted(cluster));

        // The next one follows a period later; in between nothing happens.
        for (var minute = 0; minute < 9; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await duty.PerformAsync(CancellationToken.None);
            Assert.Equal(before, Compacted(cluster));
        }

        _time.Advance(TimeSpan.FromMinutes(1));
        await duty.PerformAsync(CancellationToken.None);
        Assert.Equal(before + 20, Compacted(cluster));
    }

    [Fact]
    public async Task A_long_period_is_compacted_each_hour()
    {
        var rule = AutoCompaction.Periodic(TimeSpan.FromHours(5));
        Assert.Equal(TimeSpan.FromMinutes(6), CompactionDuty.PauseOf(rule));
        Assert.Equal(TimeSpan.FromSeconds(6), CompactionDuty.PauseOf(AutoCompaction.Periodic(TimeSpan.FromMinutes(1))));
        Assert.Equal(TimeSpan.FromSeconds(30), CompactionDuty.PauseOf(AutoCompaction.OfRevisions(5)));
        await using var cluster = await FakeCluster.StartAsync(1);
        await cluster.RegisteredAsync();
        var begin = cluster[0].Replica.State.Keyspace.Revision.Value;
        var duty = Duty(cluster, 0, rule);
        List<long> compactions = [];
        for (var turn = 0; turn < 10 * 8; turn++)
        {
            await PutAsync(cluster, 1);
            await duty.PerformAsync(CancellationToken.None);
            if (Compacted(cluster) != compactions.LastOrDefault(-1))
            {
                compactions.Add(Compacted(cluster));
            }

            _time.Advance(TimeSpan.FromMinutes(6));
        }

        // After the fifth, sixth and seventh hour, each time to what was written five hours before.
        Assert.Equal([begin + 1, begin + 11, begin + 21], compactions);
    }

    [Fact]
    public async Task By_revisions_so_many_stay()
    {
        await using var cluster = await FakeCluster.StartAsync(1);
        await cluster.RegisteredAsync();
        var duty = Duty(cluster, 0, AutoCompaction.OfRevisions(10));
        var revision = await PutAsync(cluster, 30);
        await duty.PerformAsync(CancellationToken.None);
        Assert.Equal(-1, Compacted(cluster));
        _time.Advance(TimeSpan.FromMinutes(5));
        await duty.PerformAsync(CancellationToken.None);
        Assert.Equal(revision - 10, Compacted(cluster));
        _time.Advance(TimeSpan.FromMinutes(5));
        await duty.PerformAsync(CancellationToken.None);
        Assert.Equal(revision - 10, Compacted(cluster));
    }

    [Fact]
    public async Task A_young_keyspace_is_left_alone()
    {
        await using var cluster = await FakeCluster.StartAsync(1);
        await cluster.RegisteredAsync();
        var duty = Duty(cluster, 0, AutoCompaction.OfRevisions(1000));
        await PutAsync(cluster, 30);
        var entries = cluster.Entries;
        for (var turn = 0; turn < 3; turn++)
        {
            _time.Advance(TimeSpan.FromMinutes(5));
            await duty.PerformAsync(CancellationToken.None);
        }

        Assert.Equal(-1, Compacted(cluster));
        Assert.Equal(entries, cluster.Entries);
    }

    [Fact]
    public async Task Only_the_leader_proposes_and_the_next_one_knows_what_was_before()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster.RegisteredAsync();
        var rule = AutoCompaction.Periodic(TimeSpan.FromMinutes(10));
        CompactionDuty[] duties = [.. Enumerable.Range(0, 3).Select(i => Duty(cluster, i, rule))];
        var before = await PutAsync(cluster, 5);
        for (var minute = 0; minute < 5; minute++)
        {
            await AllAsync();
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        cluster.Elect(1);
        await PutAsync(cluster, 5);
        for (var minute = 0; minute < 5; minute++)
        {
            await AllAsync();
            Assert.Equal(-1, Compacted(cluster));
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        // Ten minutes of the cluster's time, five of this leader's. The next one has no turn between this compaction and its election.
        await AllAsync(but: 2);
        Assert.Equal(before, Compacted(cluster));

        // And the next leader doesn't begin its count anew, nor compact again at once.
        cluster.Elect(2);
        await Eventually.IsTrueAsync(() => Enumerable.Range(0, 3).All(i => cluster[i].Replica.State.Keyspace.CompactedRevision.Value == before), "all have applied it");
        for (var minute = 0; minute < 10; minute++)
        {
            await AllAsync();
            Assert.Equal(before, Compacted(cluster));
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await AllAsync();
        Assert.True(Compacted(cluster) > before);

        async Task AllAsync(int but = -1)
        {
            foreach (var duty in duties.Where((_, at) => at != but))
            {
                await duty.PerformAsync(CancellationToken.None);
            }

            await Eventually.IsTrueAsync(
                () => cluster.Members.Select(m => m.Replica.State.Keyspace.CompactedRevision).Distinct().Count() == 1, "all have applied it");
        }
    }

    private static long Compacted(FakeCluster cluster) => cluster[0].Replica.State.Keyspace.CompactedRevision.Value;

    /// <summary>Writes one key, and returns the revision.</summary>
    private static async Task<long> PutAsync(FakeCluster cluster, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await cluster[0].Replica.ProposeAsync(Commands.Put("k"));
        }

        var revision = cluster[0].Replica.State.Keyspace.Revision;
        await Eventually.IsTrueAsync(
            () => cluster.Members.TrueForAll(m => m.Replica.State.Keyspace.Revision == revision), "all have applied it");
        return revision.Value;
    }

    private CompactionDuty Duty(FakeCluster cluster, int member, AutoCompaction rule) => new(
        rule, cluster[member].Core.Applier, new LeadershipWatch(cluster[member].Raft), cluster[member].Replica, _time, NullLogger.Instance);
}
