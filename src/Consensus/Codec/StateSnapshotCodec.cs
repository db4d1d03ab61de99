using MessagePack;
using StateServer.Domain.Alarms;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Versions;
using StateServer.Domain.Leases;

namespace StateServer.Consensus.Codec;

/// <summary>
/// The whole replicated state to and from a stream, one block at a time: a format version, then blocks (see
/// <see cref="SnapshotBlockTag"/>), the last of which holds the state's digest. Equal states give equal bytes. Length and
/// checksum of the file are the business of whoever stores it. Thread-safe: it holds nothing, and a state never changes.
/// </summary>
internal static class StateSnapshotCodec
{
    /// <summary>The format version written and the newest one read.</summary>
    public const int FormatVersion = 1;

    /// <summary>Fields of the header at feature level 1; the incarnation follows them from level 2 on, the model's counters from 3 on.</summary>
    private const int HeaderFields = 7;

    private const int ModelCounters = 5;

    private const int LeaseFields = 3;
    private const int AlarmFields = 2;
    private const int EndFields = 2;

    /// <summary>Writes a state. It takes a second or so for a million keys: not on a thread that others wait for.</summary>
    /// <exception cref="InvalidOperationException">The digest that Apply kept is not that of the entities: a broken invariant.</exception>
    public static void Write(Stream destination, ReplicatedState state)
    {
        Check(state);
        WriteChecked(destination, state);
    }

    /// <summary>Compares the digest that Apply kept with the entities.</summary>
    /// <exception cref="InvalidOperationException">They differ: a broken invariant.</exception>
    public static void Check(ReplicatedState state)
    {
        var digest = StateDigest.Recompute(state);
        if (digest != state.Digest)
        {
            throw new InvalidOperationException(
                $"the state at {state.AppliedIndex} has the digest {state.Digest:x16}, but its entities give {digest:x16}");
        }
    }

    /// <summary>Writes a state that was checked.</summary>
    public static void WriteChecked(Stream destination, ReplicatedState state)
    {
        destination.WriteByte(FormatVersion);
        var blocks = new SnapshotBlockWriter(destination);
        blocks.Add(SnapshotBlockTag.Header, state, WriteHeader);
        KeyValue? before = null;
        foreach (var version in KeyspaceLoader.Walk(state.Keyspace))
        {
            blocks.Add(SnapshotBlockTag.Versions, (version, before), WriteVersion);
            before = version;
        }

        for (var cursor = state.Keyspace.Leases.AtFirst(); cursor.IsOnItem; cursor.MoveNext())
        {
            blocks.Add(SnapshotBlockTag.Leases, cursor.Item.Lease, WriteLease);
        }

        for (var cursor = state.Sessions.ById.AtFirst(); cursor.IsOnItem; cursor.MoveNext())
        {
            blocks.Add(SnapshotBlockTag.Sessions, cursor.Item.Session, SessionCodec.Write);
        }

        foreach (var member in state.Members.Values)
        {
            blocks.Add(SnapshotBlockTag.Members, member, MemberCodec.Write);
        }

        foreach (var alarm in state.Alarms)
        {
            blocks.Add(SnapshotBlockTag.Alarms, alarm, WriteAlarm);
        }

        ModelSnapshot.Write(blocks, state.Model);
        MembershipSnapshot.Write(blocks, state);
        blocks.Add(SnapshotBlockTag.End, state, WriteEnd);
        blocks.Flush();
    }

    /// <summary>Reads a state, up to the end of its last block and not further, and verifies its digest.</summary>
    /// <exception cref="UnknownFormatException">A newer executable wrote it.</exception>
    /// <exception cref="InvalidDataException">The bytes are damaged, incomplete, or don't give the digest written with them.</exception>
    public static ReplicatedState Read(Stream source) => new StateSnapshotReader(source).Read();

    internal static SnapshotHeader ReadHeader(ref FieldReader reader)
    {
        var fields = reader.FieldsOfAnyTag();
        reader.Level = reader.Int32();
        if (reader.Level > StateMachine.HighestFeatureLevel)
        {
            throw reader.Unknown("a state snapshot");
        }

        reader.Expect(fields, FieldsAt(reader.Level), "a snapshot's header");

        var appliedIndex = reader.Int64();
        var timestamp = reader.Int64();
        var revision = new Revision(reader.Int64());
        var compacted = new Revision(reader.Int64());
        var firstRevision = reader.Int64();
        var firstChange = new ChangeNumber(firstRevision, reader.Int32());
        var incarnation = fields > HeaderFields ? reader.Int64() : 1;
        var hasModel = reader.Level >= ModelCommand.FirstFeatureLevel;
        return new SnapshotHeader(
            reader.Level,
            appliedIndex,
            timestamp,
            incarnation,
            revision,
            compacted,
            firstChange,
            hasModel ? reader.Int32() : 0,
            hasModel ? reader.Int64() : 0,
            hasModel ? reader.Int64() : 0,
            hasModel ? reader.Text() : "",
            hasModel && reader.Boolean());
    }

    internal static LeaseRecord ReadLease(ref FieldReader reader)
    {
        reader.Fields(LeaseFields, "a lease");
        var id = new LeaseId(reader.Int64());
        var timeToLive = reader.Int64();
        return new LeaseRecord(id, timeToLive, reader.Int64());
    }

    internal static (NodeId Member, AlarmKind Alarm) ReadAlarm(ref FieldReader reader)
    {
        reader.Fields(AlarmFields, "an alarm");
        var member = new NodeId(reader.UInt64());
        return (member, (AlarmKind)reader.Int32());
    }

    internal static (long Versions, ulong Digest) ReadEnd(ref FieldReader reader)
    {
        reader.Fields(EndFields, "a snapshot's end");
        var versions = reader.Int64();
        return (versions, reader.UInt64());
    }

    private static void WriteHeader(ref MessagePackWriter writer, ReplicatedState state)
    {
        var keyspace = state.Keyspace;
        var firstChange = keyspace.FirstChange is { } first
            ? ChangeNumber.Of(first)
            : new ChangeNumber(keyspace.Revision.Value + 1, 0);
        writer.WriteArrayHeader(FieldsAt(state.FeatureLevel));
        writer.Write(state.FeatureLevel);
        writer.Write(state.AppliedIndex);
        writer.Write(state.TimestampMilliseconds);
        writer.Write(keyspace.Revision.Value);
        writer.Write(keyspace.CompactedRevision.Value);
        writer.Write(firstChange.Revision);
        writer.Write(firstChange.SubRevision);
        if (state.FeatureLevel >= RestoredState.FeatureLevel)
        {
            writer.Write(state.Incarnation);
        }

        if (state.FeatureLevel >= ModelCommand.FirstFeatureLevel)
        {
            writer.Write(state.Model.NextMachine);
            writer.Write(state.Model.LastAssignment);
            writer.Write(state.Model.LastEvent);
            writer.Write(state.Model.Notice);
            writer.Write(state.Model.IsRestored);
        }
    }

    private static int FieldsAt(int featureLevel) =>
        HeaderFields + (featureLevel >= RestoredState.FeatureLevel ? 1 : 0) +
        (featureLevel >= ModelCommand.FirstFeatureLevel ? ModelCounters : 0);

    private static void WriteVersion(ref MessagePackWriter writer, (KeyValue Version, KeyValue? Before) item) =>
        VersionCodec.Write(ref writer, item.Version, item.Before is null || item.Before.Key != item.Version.Key);

    private static void WriteLease(ref MessagePackWriter writer, LeaseRecord lease)
    {
        writer.WriteArrayHeader(LeaseFields);
        writer.Write(lease.Id.Value);
        writer.Write(lease.TimeToLiveSeconds);
        writer.Write(lease.GrantedAtMilliseconds);
    }

    private static void WriteAlarm(ref MessagePackWriter writer, (NodeId Member, AlarmKind Alarm) alarm)
    {
        writer.WriteArrayHeader(AlarmFields);
        writer.Write(alarm.Member.Value);
        writer.Write((int)alarm.Alarm);
    }

    private static void WriteEnd(ref MessagePackWriter writer, ReplicatedState state)
    {
        writer.WriteArrayHeader(EndFields);
        writer.Write(state.Keyspace.VersionCount);
        writer.Write(state.Digest);
    }
}
