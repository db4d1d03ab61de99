using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using StateServer.Consensus.Codec;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Tests.Model;

namespace StateServer.Consensus.Tests.Codec;

public sealed class ModelSnapshotTests
{
    [Fact]
    public void The_committed_snapshot_of_level_three_is_read_and_written_byte_for_byte()
    {
        Fixture.WriteIfMissing("state-1-level-3.bin", Write(ModelSamples.State()));
        var committed = Fixture.Read("state-1-level-3.bin");
        Assert.Equal(committed, Write(Read(committed)));
        Assert.Equal(committed, Write(ModelSamples.State()));
    }

    [Fact]
    public void The_model_is_there_again()
    {
        var model = ModelSamples.State().Model;
        var read = Read(Write(ModelSamples.State())).Model;
        Assert.Equal((model.NextMachine, model.LastAssignment, model.LastEvent), (read.NextMachine, read.LastAssignment, read.LastEvent));
        Assert.Equal(model.EntityDigest, read.EntityDigest);
        Assert.Equal(model.Events, read.Events);
        Assert.Equal(model.Units, read.Units);
        Assert.Equal(model.Zones, read.Zones);
        Assert.Equal(model.UnitsOn(new Domain.Identity.MachineId(1)), read.UnitsOn(new Domain.Identity.MachineId(1)));
    }

    /// <summary>Each command goes through its bytes; the states of one that was restored on the way and one that wasn't stay alike.</summary>
    [Property(MaxTest = 100)]
    public Property States_that_went_through_bytes_go_on_alike() => Prop.ForAll(
        Gen.Choose(0, (ModelSteps.Kinds * 400) - 1).ArrayOf(60).ToArbitrary(),
        steps =>
        {
            var state = Apply(ModelSamples.Empty, new BootstrapEnvironmentCommand(ModelSamples.Settings));
            var restored = Read(Write(state));
            foreach (var step in steps)
            {
                var command = ModelSteps.Resolve(state.Model, step / 400, step / 20 % 20, step % 20);
                state = Apply(state, command);
                restored = Apply(restored, ThroughBytes(command));
                if (step % 4 == 0)
                {
                    restored = Read(Write(restored));
                }

                Assert.Equal(state.Digest, restored.Digest);
            }

            Assert.Equal(Write(state), Write(restored));
        });

    private static Command ThroughBytes(Command command)
    {
        var buffer = new ArrayBufferWriter<byte>();
        BatchCodec.EncodeItem(buffer, new BatchItem(command, null, default));
        return BatchCodec.DecodeItem(buffer.WrittenMemory).Command;
    }

    private static ReplicatedState Apply(ReplicatedState state, Command command) =>
        StateMachine.Apply(state, state.AppliedIndex + 1, 1, new CommandBatch(3, state.AppliedIndex, [new BatchItem(command, null, default)])).State;

    private static byte[] Write(ReplicatedState state)
    {
        var stream = new MemoryStream();
        StateSnapshotCodec.Write(stream, state);
        return stream.ToArray();
    }

    private static ReplicatedState Read(byte[] bytes) => StateSnapshotCodec.Read(new MemoryStream(bytes));
}
