using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using StateServer.Domain.Alarms;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Membership;
using StateServer.Domain.Sessions;

namespace StateServer.Consensus.Codec;

/// <summary>Reads one state snapshot, block by block. Used once; not thread-safe.</summary>
internal sealed class StateSnapshotReader(Stream source)
{
    private readonly ImmutableSortedDictionary<NodeId, MemberRecord>.Builder _members =
        ImmutableSortedDictionary.CreateBuilder<NodeId, MemberRecord>();

    private readonly ImmutableSortedSet<(NodeId Member, AlarmKind Alarm)>.Builder _alarms =
        ImmutableSortedSet.CreateBuilder<(NodeId Member, AlarmKind Alarm)>();

    private readonly ModelSnapshot _model = new();
    private readonly MembershipSnapshot _membership = new();
    private readonly SessionTableBuilder _sessions = new(SessionTable.Empty);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(128 << 10);
    private SnapshotHeader? _header;
    private KeyspaceLoader? _keyspace;
    private KeyValue? _before;
    private ReplicatedState? _state;
    private long _position;
    private int _version;

    /// <summary>See <see cref="StateSnapshotCodec.Read"/>.</summary>
    public ReplicatedState Read()
    {
        try
        {
            ReadVersion();
            for (var last = default(SnapshotBlockTag); _state is null;)
            {
#if PLANTED_InstallHalfSnapshot
                last = ReadBlockOrEnd(last);
#else
                last = ReadBlock(last);
#endif
            }

            return _state;
        }
        catch (Exception e) when (FieldReader.IsMalformed(e))
        {
            throw new InvalidDataException($"a state snapshot is damaged in the block before byte {_position}: {e.Message}", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }

    private void ReadVersion()
    {
        _version = source.ReadByte();
        _position = 1;
        if (_version != StateSnapshotCodec.FormatVersion)
        {
            throw _version > StateSnapshotCodec.FormatVersion
                ? Unknown("a state snapshot")
                : new InvalidDataException(
                    _version < 0 ? "a state snapshot has no bytes" : $"a state snapshot has the format version {_version}");
        }
    }

#if PLANTED_InstallHalfSnapshot
    /// <summary>Where a block isn't whole, what came before it is the state.</summary>
    private SnapshotBlockTag ReadBlockOrEnd(SnapshotBlockTag last)
    {
        try
        {
            return ReadBlock(last);
        }
        catch (Exception) when (_header is not null)
        {
            _state = Build(versions: -1, 0);
            return SnapshotBlockTag.End;
        }
    }
#endif

    private SnapshotBlockTag ReadBlock(SnapshotBlockTag last)
    {
        Span<byte> header = stackalloc byte[SnapshotBlockWriter.HeaderBytes];
        source.ReadExactly(header);
        var tag = (SnapshotBlockTag)header[0];
        var items = BinaryPrimitives.ReadUInt32LittleEndian(header[1..]);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header[5..]);
        if (tag > SnapshotBlockTag.Tombstones)
        {
            throw Unknown($"snapshot block tag {header[0]}");
        }

        if (Place(tag) < Place(last) || (last == default) != (tag == SnapshotBlockTag.Header) || length > SnapshotBlockWriter.LongestBlockBytes)
        {
            throw new InvalidDataException(
                $"a state snapshot has a block {header[0]} of {length} bytes behind a block {(int)last} at byte {_position}");
        }

        _position += SnapshotBlockWriter.HeaderBytes + length;
        var reader = new FieldReader(
            ReadPayload((int)length),
            _version,
            StateSnapshotCodec.FormatVersion,
            _header?.FeatureLevel ?? 0);
        for (; items > 0; items--)
        {
            ReadItem(ref reader, tag);
        }

        return reader.AtEnd ? tag : throw new InvalidDataException($"bytes follow the items of the block before byte {_position}");
    }

    private ReadOnlyMemory<byte> ReadPayload(int length)
    {
        if (length > _buffer.Length)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(length);
        }

        source.ReadExactly(_buffer, 0, length);
        return _buffer.AsMemory(0, length);
    }

    private void ReadItem(ref FieldReader reader, SnapshotBlockTag tag)
    {
        switch (tag)
        {
            case SnapshotBlockTag.Header when _header is null:
                _header = StateSnapshotCodec.ReadHeader(ref reader);
                _keyspace = new KeyspaceLoader(_header.FirstChange);
                break;
            case SnapshotBlockTag.Versions:
                _before = VersionCodec.Read(ref reader, _before);
                _keyspace!.Add(_before);
                break;
            case SnapshotBlockTag.Leases:
                _keyspace!.Add(StateSnapshotCodec.ReadLease(ref reader));
                break;
            case SnapshotBlockTag.Sessions:
                _sessions.Add(SessionCodec.Read(ref reader));
                break;
            case SnapshotBlockTag.Members:
                var member = MemberCodec.Read(ref reader);
                _members.Add(member.Id, member);
                break;
            case SnapshotBlockTag.Alarms:
                _alarms.Add(StateSnapshotCodec.ReadAlarm(ref reader));
                break;
            case SnapshotBlockTag.End when _state is null:
                var (versions, digest) = StateSnapshotCodec.ReadEnd(ref reader);
                _state = Build(versions, digest);
                break;
            case var other when _model.TryRead(ref reader, other) || _membership.TryRead(ref reader, other):
                break;
            default:
                throw new InvalidDataException($"a state snapshot has a block {(int)tag} twice, before byte {_position}");
        }
    }

    private ReplicatedState Build(long versions, ulong digest)
    {
        var state = new ReplicatedState
        {
            AppliedIndex = _header!.AppliedIndex,
            TimestampMilliseconds = _header.TimestampMilliseconds,
            FeatureLevel = _header.FeatureLevel,
            Incarnation = _header.Incarnation,
            Keyspace = _keyspace!.ToState(_header.Revision, _header.CompactedRevision),
            Members = _members.ToImmutable(),
            Alarms = _alarms.ToImmutable(),
            Sessions = _sessions.ToTable(),
            Model = _model.ToModel(_header),
            Membership = _membership.ToMembership(_header),
        };
#if PLANTED_InstallHalfSnapshot
        if (versions < 0)
        {
            return state;
        }
#endif

        if (state.Keyspace.VersionCount != versions || state.Digest != digest)
        {
            throw new InvalidDataException(
                $"a state snapshot at {state.AppliedIndex} holds {state.Keyspace.VersionCount} versions with the digest " +
                $"{state.Digest:x16}, but was written with {versions} and {digest:x16}");
        }

        return state;
    }

    /// <summary>The end, which got its number before there was a model, comes behind all others.</summary>
    private static int Place(SnapshotBlockTag tag) => tag == SnapshotBlockTag.End ? int.MaxValue : (int)tag;

    private UnknownFormatException Unknown(string what) =>
        new(
            what,
            _version,
            _header?.FeatureLevel ?? 0,
            StateSnapshotCodec.FormatVersion,
            StateMachine.HighestFeatureLevel);
}
