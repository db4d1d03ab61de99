using MessagePack;
using StateServer.Domain.Alarms;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Codec;

/// <summary>Commands: the <see cref="CommandTag"/>, then one value that holds the command's fields.</summary>
internal static class CommandCodec
{
    private const int GrantLeaseFields = 2;
    private const int SetAlarmFields = 3;
    private const int ExpireLeaseFields = 2;

    public static void Write(ref MessagePackWriter writer, Command command)
    {
        switch (command)
        {
            case KeyspaceCommand keyspace:
                writer.Write((int)CommandTag.Keyspace);
                OperationCodec.Write(ref writer, keyspace.Operation);
                break;
            case CompactCommand compact:
                WriteNumber(ref writer, CommandTag.Compact, compact.Revision.Value);
                break;
            case TrimHistoryCommand:
                WriteEmpty(ref writer, CommandTag.TrimHistory);
                break;
            case GrantLeaseCommand grant:
                writer.Write((int)CommandTag.GrantLease);
                writer.WriteArrayHeader(GrantLeaseFields);
                writer.Write(grant.Lease.Value);
                writer.Write(grant.TimeToLiveSeconds);
                break;
            case RevokeLeaseCommand revoke:
                WriteNumber(ref writer, CommandTag.RevokeLease, revoke.Lease.Value);
                break;
            case ExpireLeaseCommand expire:
                writer.Write((int)CommandTag.ExpireLease);
                writer.WriteArrayHeader(ExpireLeaseFields);
                writer.Write(expire.Lease.Value);
                writer.Write(expire.Term);
                break;
            case OpenSessionCommand:
                WriteEmpty(ref writer, CommandTag.OpenSession);
                break;
            case CloseSessionCommand close:
                WriteNumber(ref writer, CommandTag.CloseSession, close.Session.Value);
                break;
            case RegisterMemberCommand register:
                writer.Write((int)CommandTag.RegisterMember);
                MemberCodec.Write(ref writer, register.Member);
                break;
            case RaiseFeatureLevelCommand raise:
                WriteNumber(ref writer, CommandTag.RaiseFeatureLevel, raise.Level);
                break;
            case SetAlarmCommand alarm:
                writer.Write((int)CommandTag.SetAlarm);
                writer.WriteArrayHeader(SetAlarmFields);
                writer.Write(alarm.Member.Value);
                writer.Write((int)alarm.Alarm);
                writer.Write(alarm.Raised);
                break;
            case ModelCommand model:
                ModelCommandCodec.Write(ref writer, model);
                break;
            case MembershipCommand membership:
                MembershipCommandCodec.Write(ref writer, membership);
                break;
            default:
                throw new ArgumentException($"no tag for the command {command.GetType().Name}", nameof(command));
        }
    }

    public static Command Read(ref FieldReader reader)
    {
        var tag = reader.Int32();
        switch ((CommandTag)tag)
        {
            case CommandTag.Keyspace:
                return new KeyspaceCommand(OperationCodec.Read(ref reader));
            case CommandTag.Compact:
                return new CompactCommand(new Revision(ReadNumber(ref reader, "a compaction")));
            case CommandTag.TrimHistory:
                reader.Fields(0, "a trim");
                return new TrimHistoryCommand();
            case CommandTag.GrantLease:
                reader.Fields(GrantLeaseFields, "a lease grant");
                var lease = new LeaseId(reader.Int64());
                return new GrantLeaseCommand(lease, reader.Int64());
            case CommandTag.RevokeLease:
                return new RevokeLeaseCommand(new LeaseId(ReadNumber(ref reader, "a lease revocation")));
            case CommandTag.ExpireLease:
                reader.Fields(ExpireLeaseFields, "a lease's expiry");
                var expired = new LeaseId(reader.Int64());
                return new ExpireLeaseCommand(expired, reader.Int64());
            case CommandTag.OpenSession:
                reader.Fields(0, "a session's opening");
                return new OpenSessionCommand();
            case CommandTag.CloseSession:
                return new CloseSessionCommand(new SessionId(ReadNumber(ref reader, "a session's end")));
            case CommandTag.RegisterMember:
                return new RegisterMemberCommand(MemberCodec.Read(ref reader));
            case CommandTag.RaiseFeatureLevel:
                return new RaiseFeatureLevelCommand(checked((int)ReadNumber(ref reader, "a feature level")));
            case CommandTag.SetAlarm:
                reader.Fields(SetAlarmFields, "an alarm");
                var member = new NodeId(reader.UInt64());
                var alarm = (AlarmKind)reader.Int32();
                return new SetAlarmCommand(member, alarm, reader.Boolean());
            case >= CommandTag.BootstrapEnvironment and <= CommandTag.NoteWaiting:
                return ModelCommandCodec.Read(ref reader, (CommandTag)tag);
            case >= CommandTag.SetTarget and <= CommandTag.NoteDecision:
                return MembershipCommandCodec.Read(ref reader, (CommandTag)tag);
            default:
                throw reader.Unknown($"command tag {tag}");
        }
    }

    private static void WriteEmpty(ref MessagePackWriter writer, CommandTag tag)
    {
        writer.Write((int)tag);
        writer.WriteArrayHeader(0);
    }

    private static void WriteNumber(ref MessagePackWriter writer, CommandTag tag, long number)
    {
        writer.Write((int)tag);
        writer.WriteArrayHeader(1);
        writer.Write(number);
    }

    private static long ReadNumber(ref FieldReader reader, string what)
    {
        reader.Fields(1, what);
        return reader.Int64();
    }
}
