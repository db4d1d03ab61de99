using System.IO.Hashing;
using StateServer.Consensus.Codec;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Digests;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Operations;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Tests.Codec;

public sealed class StateSnapshotCodecTests
{
    [Fact]
    public void The_committed_snapshot_is_read_and_written_byte_for_byte()
    {
        Fixture.WriteIfMissing("state-1.bin", Write(Samples.State()));
        var committed = Fixture.Read("state-1.bin");
        var state = StateSnapshotCodec.Read(new MemoryStream(committed));
        Assert.Equal(committed, Write(state));
        Assert.Equal(committed, Write(Samples.State()));
    }

    [Fact]
    public void Everything_is_there_again()
    {
        var state = Samples.State();
        var read = Read(Write(state));
        Assert.Equal(state.Digest, read.Digest);
        Assert.Equal(state.AppliedIndex, read.AppliedIndex);
        Assert.Equal(state.TimestampMilliseconds, read.TimestampMilliseconds);
        Assert.Equal(state.Keyspace.Revision, read.Keyspace.Revision);
        Assert.Equal(state.Keyspace.CompactedRevision, read.Keyspace.CompactedRevision);
        Assert.Equal(state.Keyspace.SizeBytes, read.Keyspace.SizeBytes);
        Assert.True(state.Keyspace.HasHistoryToTrim && read.Keyspace.HasHistoryToTrim);
        Assert.Equal(state.Sessions.SizeBytes, read.Sessions.SizeBytes);
        Assert.Equal(state.Members.Keys, read.Members.Keys);
        Assert.Equal(state.Alarms, read.Alarms);
        Assert.Null(state.Keyspace.TryReadChanges(new Revision(60), int.MaxValue, out var changes));
        Assert.Null(read.Keyspace.TryReadChanges(new Revision(60), int.MaxValue, out var changesRead));
        Assert.Equal(changes, changesRead);
    }

    [Fact]
    public void Both_states_go_on_alike()
    {
        var state = Samples.State();
        var read = Read(Write(state));
        var commands = Samples.Items
            .Select(item => item.Command)
            .Concat(Enumerable.Repeat<Command>(new TrimHistoryCommand(), 3))
            .Append(new KeyspaceCommand(new DeleteRangeOperation(new KeyRange(Samples.K("\0"), Samples.K("\0")), true)));
        var index = state.AppliedIndex;
        foreach (var command in commands)
        {
            var batch = new CommandBatch(1, 0, [new BatchItem(command, null, default)]);
            state = StateMachine.Apply(state, ++index, 1, batch).State;
            read = StateMachine.Apply(read, index, 1, batch).State;
            Assert.Equal(state.Digest, read.Digest);
        }

        Assert.Equal(Write(state), Write(read));
    }

    [Fact]
    public void A_retry_after_a_restart_gets_the_first_outcome()
    {
        var state = Samples.State();
        var session = new SessionId(3 * CommandBatch.MostItems);
        var retry = new BatchItem(new TrimHistoryCommand(), new RequestId(session, 5, 1), default);
        var read = Read(Write(state));
        var outcome = StateMachine.Apply(read, read.AppliedIndex + 1, 1, new CommandBatch(1, 0, [retry])).Outcomes[0];
        Assert.Equal(RejectionReason.LeaseNotFound, Assert.IsType<Rejection>(outcome).Reason);
    }

    [Fact]
    public void Versions_of_one_key_share_its_bytes_again()
    {
        var read = Read(Write(Samples.State()));
        var versions = KeyspaceLoader.Walk(read.Keyspace).Where(version => version.Key == Samples.K("hot")).ToList();
        Assert.True(versions.Count > 2);
        Assert.All(versions, version => Assert.True(version.Key.Memory.Equals(versions[0].Key.Memory)));
    }

    [Fact]
    public void The_incarnation_is_kept_from_level_2_on()
    {
        var state = RestoredState.Of(Samples.State());
        var read = Read(Write(state));
        Assert.Equal((2L, 2), (read.Incarnation, read.FeatureLevel));
        Assert.Equal(state.Digest, read.Digest);
        Assert.Equal(1, Read(Write(Samples.State())).Incarnation);
        Assert.NotEqual(Write(state), Write(state with { Incarnation = 3 }));
    }

    [Fact]
    public void An_empty_state_is_a_snapshot_too() =>
        Assert.Equal(ReplicatedState.Empty.Digest, Read(Write(ReplicatedState.Empty)).Digest);

    [Fact]
    public void Reading_stops_at_the_end()
    {
        var bytes = Write(Samples.State());
        var stream = new MemoryStream([.. bytes, 1, 2, 3]);
        StateSnapshotCodec.Read(stream);
        Assert.Equal(bytes.Length, stream.Position);
    }

    [Fact]
    public void Damage_anywhere_is_refused()
    {
        var bytes = Write(Samples.State());
        var step = Math.Max(1, bytes.Length / 400);
        for (var i = 0; i < bytes.Length; i += step)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[i] ^= 0x01;
            var refused = Record.Exception(() => Read(damaged));
            Assert.True(refused is InvalidDataException or UnknownFormatException, $"byte {i}: {refused}");
            Assert.Throws<InvalidDataException>(() => Read(bytes[..i]));
        }
    }

    [Fact]
    public void A_newer_format_names_both_versions()
    {
        var bytes = Write(Samples.State());
        bytes[0] = 9;
        var unknown = Assert.Throws<UnknownFormatException>(() => Read(bytes));
        Assert.Equal((9, 1), (unknown.FoundVersion, unknown.KnownVersion));
        bytes[0] = 1;
        bytes[1] = 200;
        Assert.Throws<UnknownFormatException>(() => Read(bytes));
    }

    [Fact]
    public void A_state_whose_sums_are_wrong_is_never_written()
    {
        var state = Samples.State();
        var wrong = state with { Sessions = new Domain.Sessions.SessionTable { Digest = 1 } };
        Assert.Throws<InvalidOperationException>(() => Write(wrong));
    }

    [Fact]
    public void The_domain_s_hash_is_xxh64()
    {
        var random = new Random(20261123);
        for (var length = 0; length < 300; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            var seed = random.NextInt64();
            Assert.Equal(XxHash64.HashToUInt64(bytes, seed), StableHash.Of(bytes, (ulong)seed));
        }
    }

    private static byte[] Write(ReplicatedState state)
    {
        var stream = new MemoryStream();
        StateSnapshotCodec.Write(stream, state);
        return stream.ToArray();
    }

    private static ReplicatedState Read(byte[] bytes) => StateSnapshotCodec.Read(new MemoryStream(bytes));
}
