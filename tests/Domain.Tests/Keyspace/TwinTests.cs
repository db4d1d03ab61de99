using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Events;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;

namespace StateServer.Domain.Tests.Keyspace;

public sealed class TwinTests
{
    private static readonly Key Lowest = new([0]);

    [Property(MaxTest = 700)]
    public Property The_keyspace_does_what_its_dumb_twin_does() => Prop.ForAll(CommandSequences.Arbitrary, commands =>
    {
        var twin = new TwinKeyspace();
        var state = Beginning(commands);
        var events = new List<KeyEvent>();
        for (var i = 0; i < commands.Length; i++)
        {
            var result = StateMachine.Apply(state, i + 1, 1, Batch([commands[i]]));
            Assert.Equal(twin.Run(commands[i]), OutcomeText.Of(result.Outcomes.Single()));
            state = result.State;
            events.AddRange(result.Events);
            AssertSame(twin, state);
        }

        Assert.Equal(twin.Versions, events.Select(e => OutcomeText.Twin(e.Current)));
        AssertChanges(state.Keyspace, events);
    });

    [Property(MaxTest = 300)]
    public Property Every_readable_revision_reads_as_the_twin_remembers_it() =>
        Prop.ForAll(CommandSequences.Arbitrary, commands =>
        {
            var twin = new TwinKeyspace();
            foreach (var command in commands)
            {
                twin.Run(command);
            }

            var state = StateMachine.Apply(Beginning(commands), 1, 1, Batch(commands)).State;
            AssertSame(twin, state);
            for (var revision = 1; revision <= state.Keyspace.Revision.Value; revision++)
            {
                AssertReads(twin, state.Keyspace, revision);
            }
        });

    [Property(MaxTest = 300)]
    public Property Batches_may_be_cut_anywhere() => Prop.ForAll(
        CommandSequences.Arbitrary,
        Gen.Choose(1, 9).ToArbitrary(),
        (commands, size) =>
        {
            var whole = StateMachine.Apply(ReplicatedState.Empty, 1, 1, Batch(commands));
            var state = ReplicatedState.Empty;
            var outcomes = new List<string>();
            var kept = new List<(ReplicatedState State, ulong Digest)>();
            for (var start = 0; start < commands.Length; start += size)
            {
                var part = commands.Slice(start, Math.Min(size, commands.Length - start));
                var result = StateMachine.Apply(state, start + 1, 1, Batch(part));
                state = result.State;
                outcomes.AddRange(result.Outcomes.Select(OutcomeText.Of));
                kept.Add((state, state.Digest));
            }

            Assert.Equal(whole.Outcomes.Select(OutcomeText.Of), outcomes);
            Assert.Equal(whole.State.Digest, state.Digest);

            // None of the states in between was changed by what came after it.
            Assert.All(kept, one => Assert.Equal(one.Digest, StateDigest.Recompute(one.State)));
        });

    [Property(MaxTest = 200)]
    public Property The_hash_of_a_revision_does_not_depend_on_how_much_is_trimmed() =>
        Prop.ForAll(CommandSequences.Arbitrary, commands =>
        {
            var state = StateMachine.Apply(Beginning(commands), 1, 1, Batch(commands)).State;
            var compaction = new CompactCommand(new Revision((state.Keyspace.Revision.Value + 1) / 2));
            var compacted = StateMachine.Apply(state, 2, 1, Batch([compaction])).State;
            var trimmed = compacted;
            for (var index = 3; trimmed.Keyspace.HasHistoryToTrim; index++)
            {
                trimmed = StateMachine.Apply(trimmed, index, 1, Batch([new TrimHistoryCommand()])).State;
            }

            for (var revision = 0; revision <= state.Keyspace.Revision.Value; revision++)
            {
                var refused = compacted.Keyspace.TryHash(new Revision(revision), out var hash);
                Assert.Equal(refused, trimmed.Keyspace.TryHash(new Revision(revision), out var again));
                Assert.Equal(hash, again);
            }
        });

    /// <summary>By turns at the first feature level and at the one that changes what a compaction frees.</summary>
    private static ReplicatedState Beginning(ImmutableArray<Command> commands) =>
        ReplicatedState.Empty with { FeatureLevel = commands.Length % 2 == 0 ? 1 : 4 };

    private static CommandBatch Batch(ImmutableArray<Command> commands) =>
        new(1, 0, [.. commands.Select(command => new BatchItem(command, null, default))]);

    private static void AssertSame(TwinKeyspace twin, ReplicatedState state)
    {
        Assert.Equal(twin.Revision, state.Keyspace.Revision.Value);
        Assert.Equal(twin.Compacted, state.Keyspace.CompactedRevision.Value);
        Assert.Equal(StateDigest.Recompute(state), state.Digest);
        Assert.Equal(twin.At(twin.Revision).Count, state.Keyspace.KeyCount);
        AssertReads(twin, state.Keyspace, twin.Revision);
        foreach (var lease in new long[] { -1, 1, 2, 3 })
        {
            Assert.Equal(
                twin.At(twin.Revision).Where(v => v.Lease == lease).Select(v => v.Key),
                state.Keyspace.KeysOfLease(new LeaseId(lease)).Select(key => System.Text.Encoding.Latin1.GetString(key.Span)));
        }
    }

    private static void AssertReads(TwinKeyspace twin, KeyspaceState keyspace, long revision)
    {
        var query = new RangeQuery { Range = new KeyRange(Lowest, Lowest), AtRevision = new Revision(revision) };
        var refused = keyspace.TryRange(query, out var result);
        Assert.Equal(revision < twin.Compacted, refused is not null);
        if (refused is null)
        {
            Assert.Equal(twin.At(revision), result!.KeyValues.Select(OutcomeText.Twin));
            Assert.Equal(result.KeyValues.Length, result.Count);
        }
    }

    private static void AssertChanges(KeyspaceState keyspace, List<KeyEvent> events)
    {
        var from = Math.Max(1, keyspace.CompactedRevision.Value);
        if (keyspace.CompactedRevision.Value > 0)
        {
            Assert.NotNull(keyspace.TryReadChanges(new Revision(from - 1), 1, out _));
        }

        var read = new List<KeyEvent>();
        for (var next = from; next <= keyspace.Revision.Value;)
        {
            Assert.Null(keyspace.TryReadChanges(new Revision(next), 3, out var some));
            read.AddRange(some);
            next = some.IsEmpty ? long.MaxValue : some[^1].Current.ModRevision.Value + 1;
        }

        var compacted = keyspace.CompactedRevision.Value;
        var expected = events
            .Where(e => e.Current.ModRevision.Value >= from)
            .Select(e => e.Current.ModRevision.Value <= compacted ? e with { Previous = null } : e);
        Assert.Equal(expected, read);
    }
}
