using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using StateServer.Consensus.Codec;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Tests.Membership;

namespace StateServer.Consensus.Tests.Codec;

public sealed class MembershipSnapshotTests
{
    [Fact]
    public void The_committed_snapshot_of_level_four_is_read_and_written_byte_for_byte()
    {
        Fixture.WriteIfMissing("state-1-level-4.bin", Write(MembershipSamples.State()));
        var committed = Fixture.Read("state-1-level-4.bin");
        Assert.Equal(committed, Write(Read(committed)));
        Assert.Equal(committed, Write(MembershipSamples.State()));
    }

    [Fact]
    public void The_membership_is_there_again()
    {
        var membership = MembershipSamples.State().Membership;
        var read = Read(Write(MembershipSamples.State())).Membership;
        Assert.Equal(
            (membership.Target, membership.LastOperation, membership.Pause, membership.ShortSinceMilliseconds),
            (read.Target, read.LastOperation, read.Pause, read.ShortSinceMilliseconds));
        Assert.Equal(membership.Standings, read.Standings);
        Assert.Equal(membership.Voters, read.Voters);
        Assert.Equal(membership.Tombstones, read.Tombstones);
        Assert.Equal(membership.Replacements, read.Replacements);
        Assert.Equal(membership.Wish.To, read.Wish.To);
        Assert.Equal(membership.Operation!.Remove, read.Operation!.Remove);
        Assert.True(read.Operation.Undoing);
    }

    [Fact]
    public void A_membership_that_is_missing_or_has_no_place_is_damage()
    {
        var state = MembershipSamples.State();
        var bytes = Write(state);
        var at = Enumerable.Range(0, bytes.Length).Last(i => IsMembershipBlock(bytes, i));
        var length = SnapshotBlockWriter.HeaderBytes + BitConverter.ToInt32(bytes, at + 5);
        byte[] without = [.. bytes[..at], .. bytes[(at + length)..]];
        Assert.Throws<InvalidDataException>(() => Read(without));

        var old = Write(ModelSamples.State());
        var end = old.Length - SnapshotBlockWriter.HeaderBytes - EndBytes(old);
        byte[] with = [.. old[..end], .. bytes[at..(at + length)], .. old[end..]];
        Assert.Contains("of feature level 3 has a membership", Assert.Throws<InvalidDataException>(() => Read(with)).Message, StringComparison.Ordinal);
    }

    /// <summary>Each command goes through its bytes; the states of one that was restored on the way and one that wasn't stay alike.</summary>
    [Property(MaxTest = 100)]
    public Property States_that_went_through_bytes_go_on_alike() => Prop.ForAll(
        Gen.Choose(0, (MembershipSteps.Kinds * 400) - 1).ArrayOf(80).ToArbitrary(),
        steps =>
        {
            var state = MembershipSamples.Apply(MembershipSamples.Begun(), new Domain.Commands.Model.BootstrapEnvironmentCommand(ModelSamples.Settings));
            var restored = Read(Write(state));
            foreach (var step in steps)
            {
                var command = MembershipSteps.Resolve(state, step / 400, step / 20 % 20, step % 20);
                state = Apply(state, command);
                restored = Apply(restored, ThroughBytes(command));
                if (step % 4 == 0)
                {
                    restored = Read(Write(restored));
                }

                if (step % 3 == 0 && MembershipSteps.NextVoters(state.Membership) is { } voters)
                {
                    state = StateMachine.ApplyVoters(state, state.AppliedIndex + 1, voters).State;
                    restored = StateMachine.ApplyVoters(restored, restored.AppliedIndex + 1, voters).State;
                }

                Assert.Equal(state.Digest, restored.Digest);
            }

            Assert.Equal(Write(state), Write(restored));
        });

    private static bool IsMembershipBlock(byte[] bytes, int at) =>
        bytes[at] == (byte)SnapshotBlockTag.Membership && at + SnapshotBlockWriter.HeaderBytes < bytes.Length && BitConverter.ToInt32(bytes, at + 1) == 1
        && at + SnapshotBlockWriter.HeaderBytes + (long)BitConverter.ToUInt32(bytes, at + 5) is var next && next < bytes.Length
        && bytes[next] == (byte)SnapshotBlockTag.Standings;

    /// <summary>The end holds two numbers: its length stands in the four bytes before it.</summary>
    private static int EndBytes(byte[] bytes) => Enumerable.Range(1, 32).First(length =>
        bytes[^(length + SnapshotBlockWriter.HeaderBytes)] == (byte)SnapshotBlockTag.End
        && BitConverter.ToInt32(bytes, bytes.Length - length - 4) == length);

    private static Command ThroughBytes(Command command)
    {
        var buffer = new ArrayBufferWriter<byte>();
        BatchCodec.EncodeItem(buffer, new BatchItem(command, null, default));
        return BatchCodec.DecodeItem(buffer.WrittenMemory).Command;
    }

    private static ReplicatedState Apply(ReplicatedState state, Command command) => StateMachine.Apply(
        state, state.AppliedIndex + 1, 1, new CommandBatch(MembershipSamples.Level, state.AppliedIndex, [new BatchItem(command, null, default)])).State;

    private static byte[] Write(ReplicatedState state)
    {
        var stream = new MemoryStream();
        StateSnapshotCodec.Write(stream, state);
        return stream.ToArray();
    }

    private static ReplicatedState Read(byte[] bytes) => StateSnapshotCodec.Read(new MemoryStream(bytes));
}
