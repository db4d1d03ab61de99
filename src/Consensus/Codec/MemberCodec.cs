using System.Collections.Immutable;
using MessagePack;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;

namespace StateServer.Consensus.Codec;

/// <summary>A member's record: an array of its fields; the time is in Unix milliseconds.</summary>
internal static class MemberCodec
{
    private const int MemberFields = 9;

    public static void Write(ref MessagePackWriter writer, MemberRecord member)
    {
        writer.WriteArrayHeader(MemberFields);
        writer.Write(member.Id.Value);
        writer.Write(member.Name);
        writer.Write(member.Folder.Value);
        writer.Write(member.Zone.Name);
        writer.Write(member.PeerAddress);
        ImmutableArray<string> urls = member.ClientUrls.IsDefault ? [] : member.ClientUrls;
        writer.WriteArrayHeader(urls.Length);
        foreach (var url in urls)
        {
            writer.Write(url);
        }

        writer.Write(member.HighestFeatureLevel);
        writer.Write(member.Version);
        writer.Write(member.JoinedAt.ToUnixTimeMilliseconds());
    }

    public static MemberRecord Read(ref FieldReader reader)
    {
        reader.Fields(MemberFields, "a member");
        var id = new NodeId(reader.UInt64());
        var name = reader.Text();
        var folder = new FolderId(reader.UInt64());
        var zone = new Zone(reader.Text());
        var peerAddress = reader.Text();
        var clientUrls = reader.Texts();
        var level = reader.Int32();
        var version = reader.Text();
        return new MemberRecord(
            id,
            name,
            folder,
            zone,
            peerAddress,
            clientUrls,
            level,
            version,
            DateTimeOffset.FromUnixTimeMilliseconds(reader.Int64()));
    }
}
