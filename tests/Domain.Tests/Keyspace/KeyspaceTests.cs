using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Operations;
using StateServer.Domain.Outcomes;
using StateServer.Domain.Tests.Apply;
using static StateServer.Domain.Tests.Apply.Script;

namespace StateServer.Domain.Tests.Keyspace;

public sealed class KeyspaceTests
{
    [Theory]
    [InlineData("/stateserver/", "")]
    [InlineData("/stateserver/a", "")]
    [InlineData("/stateserver/", "/stateserver0")]
    [InlineData("/stateserver/a", "/stateserver/b")]
    public void The_reserved_prefix_is_refused_to_deletes_inside_it(string start, string end)
    {
        var script = new Script();
        Assert.Equal(RejectionReason.ReservedPrefix, script.Run<Rejection>(Delete(start, end)).Reason);
        Assert.Equal(RejectionReason.ReservedPrefix, script.Run<Rejection>(Then(Delete(start, end))).Reason);
    }

    [Theory]
    [InlineData("\0", "\0")]
    [InlineData("/stateserver/", "/stateserver1")]
    [InlineData("/stateserver", "/stateserver0")]
    public void A_wider_delete_takes_the_clients_keys_and_leaves_the_reserved_ones(string start, string end)
    {
        var events = System.Collections.Immutable.ImmutableArray.CreateBuilder<StateServer.Domain.Events.KeyEvent>();
        var builder = new KeyspaceBuilder(KeyspaceState.Empty, events);
        foreach (var key in new[] { "/stateserver.", "/stateserver/model", "/stateserver0" })
        {
            builder.Put(K(key), default, default);
        }

        builder.EndTransaction();
        var deleted = Assert.IsType<DeleteRangeOutcome>(OperationRunner.Run(builder, Delete(start, end)));
        Assert.InRange(deleted.Deleted, 1, 2);
        Assert.All(deleted.Previous, version => Assert.NotEqual("/stateserver/model", version.Key.ToString()));
        Assert.NotNull(builder.ToState().Get(K("/stateserver/model")));
    }

    [Fact]
    public void The_reserved_prefix_is_refused_to_puts_and_open_to_reads()
    {
        var script = new Script();
        Assert.Equal(RejectionReason.ReservedPrefix, script.Run<Rejection>(Put("/stateserver/a", "1")).Reason);
        Assert.Equal(RejectionReason.ReservedPrefix, script.Run<Rejection>(Then(Put("/stateserver/a", "1"))).Reason);
        Assert.IsType<PutOutcome>(script.Run(Put("/stateserver", "1")));
        Assert.Empty(script.Find("/stateserver/", "/stateserver0").KeyValues);
    }

    [Fact]
    public void A_transaction_is_bounded()
    {
        var script = new Script();
        Operation[] Puts(int count) => [.. Enumerable.Range(0, count).Select(i => Put($"{i}", "1"))];
        Assert.IsType<TransactionOutcome>(script.Run(Then(Puts(128))));
        Assert.Equal(RejectionReason.TooManyOperations, script.Run<Rejection>(Then(Puts(129))).Reason);

        // A nested one gets what its parent left.
        Assert.IsType<TransactionOutcome>(script.Run(Then(Then(Puts(127)))));
        Assert.Equal(RejectionReason.TooManyOperations, script.Run<Rejection>(Then(Then(Puts(128)))).Reason);

        // And all of them together have a bound of their own.
        Operation[] Nested(int count) => [.. Enumerable.Range(0, count).Select(i => Then(Read("a"), Read("b"), Read("c")))];
        Assert.IsType<TransactionOutcome>(script.Run(Then(Nested(100))));
        var reads = Enumerable.Range(0, 20).Select(_ => Read("a")).ToArray();
        var wide = Then([.. Enumerable.Range(0, 60).Select(_ => Then(reads))]);
        Assert.Equal(RejectionReason.TooManyOperations, script.Run<Rejection>(wide).Reason);
    }

    [Fact]
    public void A_key_is_written_once_in_whatever_order()
    {
        var script = new Script();
        TransactionOperation Either(Operation then, Operation otherwise) => new([], [then], [otherwise]);
        TransactionOperation[] refused =
        [
            Then(Put("a", "1"), Put("a", "2")),
            Then(Put("a", "1"), Delete("a")),
            Then(Delete("a", "b"), Put("a", "1")),
            Then(Put("b", "1"), Delete("a", "\0")),
            Then(Then(Put("a", "1")), Delete("a")),
            Then(Then(Put("a", "1")), Then(Delete("\0", "\0"))),
            Then(Either(Put("a", "1"), Put("b", "1")), Put("b", "2")),
        ];
        Assert.All(refused, one => Assert.Equal(RejectionReason.DuplicateKey, script.Run<Rejection>(one).Reason));
        Assert.Empty(script.Events);
        Assert.IsType<TransactionOutcome>(script.Run(Then(Either(Put("a", "1"), Put("a", "2")), Delete("b", "c"), Delete("b"))));
    }

    [Fact]
    public void Conditions_of_nested_transactions_see_the_state_before()
    {
        var script = new Script();
        var absent = new Compare(One("a"), CompareTarget.Version, CompareResult.Equal, 0, default);
        var outcome = script.Run<TransactionOutcome>(
            Then(Put("a", "1"), new TransactionOperation([absent], [Put("b", "absent")], [Put("b", "present")])));
        Assert.True(Assert.IsType<TransactionOutcome>(outcome.Outcomes[1]).Succeeded);
        Assert.Equal("absent", Text(Assert.Single(script.Find("b").KeyValues)));
    }

    [Fact]
    public void Revoking_a_lease_deletes_its_keys_at_one_revision()
    {
        var script = new Script();
        Assert.Equal(RejectionReason.LeaseNotFound, script.Run<Rejection>(Put("a", "1", lease: 7)).Reason);
        script.Run(new GrantLeaseCommand(new LeaseId(7), 60), milliseconds: 1234);
        Assert.Equal(1234, script.Keyspace.GetLease(new LeaseId(7))!.GrantedAtMilliseconds);
        foreach (var key in new[] { "c", "a", "b" })
        {
            script.Run(Put(key, "1", lease: 7));
        }

        script.Run(Put("b", "2"));
        Assert.Equal(["a", "c"], script.Keyspace.KeysOfLease(new LeaseId(7)).Select(key => key.ToString()));
        Assert.Equal(6, Assert.IsType<DoneOutcome>(script.Run(new RevokeLeaseCommand(new LeaseId(7)))).Revision.Value);
        Assert.Equal(["a", "c"], script.Events.TakeLast(2).Select(e => e.Current.Key.ToString()));
        Assert.Equal("b", Assert.Single(script.Find("\0", "\0").KeyValues).Key.ToString());
        Assert.Equal(StateDigest.Recompute(script.State), script.State.Digest);
    }

    [Fact]
    public void A_lease_lives_for_at_least_a_second_and_at_most_as_long_as_in_etcd()
    {
        var script = new Script();
        RejectionReason Grant(long lease, long seconds) =>
            Assert.IsType<Rejection>(script.Run(new GrantLeaseCommand(new LeaseId(lease), seconds))).Reason;
        Assert.Equal(RejectionReason.InvalidArgument, Grant(1, 0));
        Assert.Equal(RejectionReason.InvalidArgument, Grant(0, 1));
        Assert.Equal(RejectionReason.LeaseTimeToLiveTooLarge, Grant(1, 9_000_000_001));
        Assert.IsType<DoneOutcome>(script.Run(new GrantLeaseCommand(new LeaseId(1), 9_000_000_000)));
        Assert.Equal(RejectionReason.LeaseExists, Grant(1, 1));
    }

    [Fact]
    public void History_is_freed_a_bounded_part_at_a_time()
    {
        var script = new Script();
        for (var batch = 0; batch < 5; batch++)
        {
            script.RunBatch(0, [.. Enumerable.Range(0, 1000).Select(i => Item(Put("a", $"{i}")))]);
        }

        script.Run(new CompactCommand(script.Keyspace.Revision));
        var held = script.Keyspace.VersionCount;
        // The four changes trimmed behind the compaction itself: the first of them superseded nothing.
        Assert.Equal(5000 - 3, held);
        script.Run(Put("b", "1"));
        Assert.Equal(held + 1 - 4, script.Keyspace.VersionCount);
        var commands = 0;
        for (; script.Keyspace.HasHistoryToTrim; commands++)
        {
            script.Run(new TrimHistoryCommand());
        }

        Assert.Equal(5, commands);
        Assert.Equal(3, script.Keyspace.VersionCount);
        Assert.Equal(("a".Length + 3) * 2 + 2, script.Keyspace.SizeBytes);
        Assert.Equal(StateDigest.Recompute(script.State), script.State.Digest);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(4, 0)]
    public void What_the_compacted_revision_superseded_goes_with_it_from_feature_level_4_on(int level, int kept)
    {
        var script = new Script(ReplicatedState.Empty with { FeatureLevel = level });
        script.Run(Put("a", "1"));
        script.Run(Put("a", "2"));
        script.Run(Put("b", "1"));
        script.Run(Delete("a", "c"));
        var last = script.Keyspace.Revision;
        script.Run(new CompactCommand(last));
        Assert.False(script.Keyspace.HasHistoryToTrim);

        // Two deletions, for whoever watches from there on.
        Assert.Equal(2 + (kept * 2), script.Keyspace.VersionCount);
        Assert.Null(script.Keyspace.TryReadChanges(last, 9, out var changes));
        Assert.Equal(["a", "b"], changes.Select(change => change.Current.Key.ToString()));
        Assert.Equal(StateDigest.Recompute(script.State), script.State.Digest);
        script.Run(Put("c", "1"));
        script.Run(new CompactCommand(script.Keyspace.Revision));
        Assert.Equal(1, script.Keyspace.VersionCount);
        Assert.Equal(StateDigest.Recompute(script.State), script.State.Digest);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void It_goes_behind_the_last_part_however_the_parts_fall(int level)
    {
        for (var changes = 1; changes <= 12; changes++)
        {
            var script = new Script(ReplicatedState.Empty with { FeatureLevel = level });
            for (var i = 0; i < changes; i++)
            {
                script.Run(Put("a", $"{i}"));
            }

            script.Run(new CompactCommand(script.Keyspace.Revision));
            while (script.Keyspace.HasHistoryToTrim)
            {
                script.Run(Read("a"));
            }

            Assert.Equal(level < 4 && changes > 1 ? 2 : 1, script.Keyspace.VersionCount);
            Assert.Equal(StateDigest.Recompute(script.State), script.State.Digest);
        }
    }

    [Fact]
    public void A_key_with_a_long_history_is_read_at_every_revision()
    {
        var script = new Script();
        script.Run(Put("b", "other"));
        for (var i = 0; i < 300; i++)
        {
            script.Run(i % 50 == 49 ? Delete("a") : Put("a", $"{i}"));
        }

        for (var i = 0; i < 300; i++)
        {
            var found = script.Find("a", "c", i + 3);
            Assert.Equal(i % 50 == 49 ? 1 : 2, found.Count);
            Assert.Equal(i % 50 == 49 ? "other" : $"{i}", Text(found.KeyValues[0]));
        }
    }

    [Theory]
    [InlineData(SortOrder.Ascend)]
    [InlineData(SortOrder.Descend)]
    public void Ties_of_a_sort_are_broken_by_key(SortOrder order)
    {
        var script = new Script();
        var keys = Enumerable.Range(0, 100).Select(i => $"{i:d3}").ToArray();
        script.RunBatch(0, [.. keys.Reverse().Select(key => Item(Put(key, "1")))]);
        var query = new RangeQuery { Range = From("\0", "\0"), SortOrder = order, SortTarget = SortTarget.Version };
        Assert.Null(script.Keyspace.TryRange(query, out var result));
        Assert.Equal(keys, result!.KeyValues.Select(version => version.Key.ToString()));
    }

    [Fact]
    public void A_changed_byte_changes_both_digests()
    {
        var one = new Script();
        var two = new Script();
        one.Run(Put("a", "1"));
        two.Run(Put("a", "2"));
        Assert.NotEqual(one.State.Digest, two.State.Digest);
        Assert.Null(one.Keyspace.TryHash(default, out var first));
        Assert.Null(two.Keyspace.TryHash(default, out var second));
        Assert.NotEqual(first, second);
        Assert.Equal(RejectionReason.FutureRevision, one.Keyspace.TryHash(new Revision(3), out _)!.Reason);
    }

    private static BatchItem Item(Operation operation) => new(new KeyspaceCommand(operation), null, default);
}
