using MessagePack;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using static StateServer.Consensus.Codec.ModelCommandCodec;

namespace StateServer.Consensus.Codec;

/// <summary>The commands that change who belongs to the cluster.</summary>
internal static class MembershipCommandCodec
{
    private const int SetTargetFields = 3;
    private const int AddMemberFields = 5;
    private const int PairFields = 2;
    private const int BeginOperationFields = 5;
    private const int TripleFields = 3;

    public static void Write(ref MessagePackWriter writer, MembershipCommand command)
    {
        switch (command)
        {
            case SetTargetCommand set:
                Start(ref writer, CommandTag.SetTarget, SetTargetFields);
                writer.Write(set.Target);
                MembershipRecordCodec.Write(ref writer, set.Wish);
                writer.Write(set.Force);
                break;
            case AddMemberCommand add:
                Start(ref writer, CommandTag.AddMember, AddMemberFields);
                writer.Write(add.Id.Value);
                writer.Write(add.Name);
                writer.Write(add.Zone.Name);
                MembershipRecordCodec.WriteOptional(ref writer, add.Replaces);
                writer.Write(add.Reason);
                break;
            case MarkMemberLostCommand lost:
                Start(ref writer, CommandTag.MarkMemberLost, PairFields);
                writer.Write(lost.Id.Value);
                writer.Write(lost.Reason);
                break;
            case MarkMemberReturnedCommand returned:
                Start(ref writer, CommandTag.MarkMemberReturned, 1);
                writer.Write(returned.Id.Value);
                break;
            case AnnounceStopCommand stop:
                Start(ref writer, CommandTag.AnnounceStop, PairFields);
                writer.Write(stop.Id.Value);
                writer.Write(stop.UntilMilliseconds);
                break;
            case RemoveMemberCommand remove:
                Start(ref writer, CommandTag.RemoveMember, PairFields);
                writer.Write(remove.Id.Value);
                writer.Write(remove.Reason);
                break;
            case ReplaceMemberCommand replace:
                Start(ref writer, CommandTag.ReplaceMember, PairFields);
                writer.Write(replace.Id.Value);
                writer.Write(replace.Reason);
                break;
            case SetHealingPauseCommand pause:
                Start(ref writer, CommandTag.SetHealingPause, TripleFields);
                writer.Write(pause.Paused);
                writer.Write(pause.UntilMilliseconds);
                writer.Write(pause.Why);
                break;
            case NoteDecisionCommand note:
                Start(ref writer, CommandTag.NoteDecision, PairFields);
                MembershipRecordCodec.WriteOptional(ref writer, note.Member);
                writer.Write(note.Text);
                break;
            default:
                WriteOperation(ref writer, command);
                break;
        }
    }

    /// <summary>Reads the command behind its tag.</summary>
    public static MembershipCommand Read(ref FieldReader reader, CommandTag tag)
    {
        switch (tag)
        {
            case CommandTag.SetTarget:
                reader.Fields(SetTargetFields, "a target");
                var target = reader.Int32();
                var wish = MembershipRecordCodec.ReadWish(ref reader);
                return new SetTargetCommand(target, wish, reader.Boolean());
            case CommandTag.AddMember:
                return ReadAdd(ref reader);
            case CommandTag.MarkMemberLost:
                reader.Fields(PairFields, "a member's loss");
                var lost = new NodeId(reader.UInt64());
                return new MarkMemberLostCommand(lost, reader.Text());
            case CommandTag.MarkMemberReturned:
                reader.Fields(1, "a member's return");
                return new MarkMemberReturnedCommand(new NodeId(reader.UInt64()));
            case CommandTag.AnnounceStop:
                reader.Fields(PairFields, "an announced stop");
                var stopping = new NodeId(reader.UInt64());
                return new AnnounceStopCommand(stopping, reader.Int64());
            case CommandTag.RemoveMember:
                reader.Fields(PairFields, "a member's removal");
                var removed = new NodeId(reader.UInt64());
                return new RemoveMemberCommand(removed, reader.Text());
            case CommandTag.ReplaceMember:
                reader.Fields(PairFields, "a member's replacement");
                var replaced = new NodeId(reader.UInt64());
                return new ReplaceMemberCommand(replaced, reader.Text());
            case CommandTag.SetHealingPause:
                reader.Fields(TripleFields, "a pause of healing");
                var paused = reader.Boolean();
                var until = reader.Int64();
                return new SetHealingPauseCommand(paused, until, reader.Text());
            case CommandTag.NoteDecision:
                reader.Fields(PairFields, "a decision's note");
                var about = MembershipRecordCodec.ReadOptionalNode(ref reader);
                return new NoteDecisionCommand(about, reader.Text());
            default:
                return ReadOperation(ref reader, tag);
        }
    }

    private static void WriteOperation(ref MessagePackWriter writer, MembershipCommand command)
    {
        switch (command)
        {
            case BeginOperationCommand begin:
                Start(ref writer, CommandTag.BeginOperation, BeginOperationFields);
                writer.Write((int)begin.Kind);
                MembershipRecordCodec.WriteNodes(ref writer, begin.Promote);
                MembershipRecordCodec.WriteNodes(ref writer, begin.Remove);
                writer.Write(begin.PromoteFirst);
                writer.Write(begin.Reason);
                break;
            case TurnOperationCommand turn:
                Start(ref writer, CommandTag.TurnOperation, TripleFields);
                writer.Write(turn.OperationId);
                writer.Write(turn.Undo);
                writer.Write(turn.Reason);
                break;
            case SubstituteCommand substitute:
                Start(ref writer, CommandTag.Substitute, TripleFields);
                writer.Write(substitute.OperationId);
                writer.Write(substitute.Old.Value);
                writer.Write(substitute.New.Value);
                break;
            case FinishOperationCommand finish:
                Start(ref writer, CommandTag.FinishOperation, 1);
                writer.Write(finish.OperationId);
                break;
            default:
                throw new ArgumentException($"no tag for the command {command.GetType().Name}", nameof(command));
        }
    }

    private static MembershipCommand ReadOperation(ref FieldReader reader, CommandTag tag)
    {
        switch (tag)
        {
            case CommandTag.BeginOperation:
                reader.Fields(BeginOperationFields, "an operation's begin");
                var kind = (OperationKind)reader.Int32();
                var promote = MembershipRecordCodec.ReadNodes(ref reader);
                var remove = MembershipRecordCodec.ReadNodes(ref reader);
                var promoteFirst = reader.Boolean();
                return new BeginOperationCommand(kind, promote, remove, promoteFirst, reader.Text());
            case CommandTag.TurnOperation:
                reader.Fields(TripleFields, "an operation's turn");
                var turned = reader.Int64();
                var undo = reader.Boolean();
                return new TurnOperationCommand(turned, undo, reader.Text());
            case CommandTag.Substitute:
                reader.Fields(TripleFields, "a substitution");
                var operation = reader.Int64();
                var old = new NodeId(reader.UInt64());
                return new SubstituteCommand(operation, old, new NodeId(reader.UInt64()));
            case CommandTag.FinishOperation:
                reader.Fields(1, "an operation's end");
                return new FinishOperationCommand(reader.Int64());
            default:
                throw reader.Unknown($"command tag {(int)tag}");
        }
    }

    private static AddMemberCommand ReadAdd(ref FieldReader reader)
    {
        reader.Fields(AddMemberFields, "an expected member");
        var id = new NodeId(reader.UInt64());
        var name = reader.Text();
        var zone = new Zone(reader.Text());
        var replaces = MembershipRecordCodec.ReadOptionalNode(ref reader);
        return new AddMemberCommand(id, name, zone, replaces, reader.Text());
    }
}
