using MessagePack;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;

namespace StateServer.Consensus.Codec;

/// <summary>A key's version: an array of its fields; the key is nil where it is that of the version before, and then shared.</summary>
internal static class VersionCodec
{
    private const int VersionFields = 7;

    public static void Write(ref MessagePackWriter writer, KeyValue version, bool withKey = true)
    {
        writer.WriteArrayHeader(VersionFields);
        if (withKey)
        {
            writer.Write(version.Key.Span);
        }
        else
        {
            writer.WriteNil();
        }

        writer.Write(version.Value.Span);
        writer.Write(version.CreateRevision.Value);
        writer.Write(version.ModRevision.Value);
        writer.Write(version.SubRevision);
        writer.Write(version.Version);
        writer.Write(version.Lease.Value);
    }

    public static KeyValue Read(ref FieldReader reader, KeyValue? before = null)
    {
        reader.Fields(VersionFields, "a version");
        var key = reader.TryNil()
            ? before?.Key ?? throw new InvalidDataException("the first version has no key")
            : reader.Key();
        var value = reader.Bytes();
        var createRevision = new Revision(reader.Int64());
        var modRevision = new Revision(reader.Int64());
        var subRevision = reader.Int32();
        var version = reader.Int64();
        return new KeyValue(key, value, createRevision, modRevision, version, new LeaseId(reader.Int64()))
        {
            SubRevision = subRevision,
        };
    }
}
