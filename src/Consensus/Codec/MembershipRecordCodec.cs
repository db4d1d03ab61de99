using System.Collections.Immutable;
using MessagePack;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using static StateServer.Consensus.Codec.ModelFieldCodec;

namespace StateServer.Consensus.Codec;

/// <summary>The membership's records, and what its commands have in common with them. What may be missing is nil.</summary>
internal static class MembershipRecordCodec
{
    private const int StateFields = 9;
    private const int WishFields = 3;
    private const int StandingFields = 9;
    private const int OperationFields = 8;
    private const int PauseFields = 2;

    /// <summary>All but standings and tombstones.</summary>
    public static void Write(ref MessagePackWriter writer, MembershipState membership)
    {
        writer.WriteArrayHeader(StateFields);
        writer.Write(membership.Target);
        Write(ref writer, membership.Wish);
        WriteNodes(ref writer, membership.Voters);
        Write(ref writer, membership.Operation);
        writer.Write(membership.LastOperation);
        Write(ref writer, membership.Pause);
        writer.WriteArrayHeader(membership.Replacements.Length);
        foreach (var at in membership.Replacements)
        {
            writer.Write(at);
        }

        writer.Write(membership.ShortSinceMilliseconds);
        writer.Write(membership.FullSinceMilliseconds);
    }

    public static MembershipState ReadState(ref FieldReader reader)
    {
        reader.Fields(StateFields, "a membership");
        var target = reader.Int32();
        var wish = ReadWish(ref reader);
        var voters = ReadNodes(ref reader).ToImmutableSortedSet();
        var operation = ReadOperation(ref reader);
        var last = reader.Int64();
        var pause = ReadPause(ref reader);
        var replacements = ReadList(ref reader, (ref FieldReader item) => item.Int64());
        return new MembershipState
        {
            Target = target,
            Wish = wish,
            Voters = voters,
            Operation = operation,
            LastOperation = last,
            Pause = pause,
            Replacements = replacements,
            ShortSinceMilliseconds = reader.Int64(),
            FullSinceMilliseconds = reader.Int64(),
        };
    }

    public static void Write(ref MessagePackWriter writer, MemberWish wish)
    {
        writer.WriteArrayHeader(WishFields);
        ModelFieldCodec.WriteOptional(ref writer, wish.Series);
        if (wish.Constraints is { } constraints)
        {
            ModelFieldCodec.Write(ref writer, constraints);
        }
        else
        {
            writer.WriteNil();
        }

        WriteList(ref writer, wish.To, ModelFieldCodec.Write);
    }

    public static MemberWish ReadWish(ref FieldReader reader)
    {
        reader.Fields(WishFields, "a wish for members");
        var series = ReadOptional(ref reader);
        Constraints? constraints = reader.TryNil() ? null : ReadConstraints(ref reader);
        return new MemberWish(series, constraints, ReadList(ref reader, ReadDirective));
    }

    public static void Write(ref MessagePackWriter writer, MemberStanding standing)
    {
        writer.WriteArrayHeader(StandingFields);
        writer.Write(standing.Id.Value);
        writer.Write(standing.Name);
        ModelFieldCodec.WriteOptional(ref writer, standing.Machine?.Value);
        ModelFieldCodec.WriteOptional(ref writer, standing.Zone?.Name);
        WriteOptional(ref writer, standing.Replaces);
        writer.Write((int)standing.Mark);
        writer.Write(standing.Reason);
        writer.Write(standing.SinceMilliseconds);
        writer.Write(standing.AwayUntilMilliseconds);
    }

    public static MemberStanding ReadStanding(ref FieldReader reader)
    {
        reader.Fields(StandingFields, "a member's standing");
        var id = new NodeId(reader.UInt64());
        var name = reader.Text();
        var machine = ReadMachine(ref reader);
        var zone = ReadZone(ref reader);
        var replaces = ReadOptionalNode(ref reader);
        var mark = (MemberMark)reader.Int32();
        var reason = reader.Text();
        var since = reader.Int64();
        return new MemberStanding(id, name, machine, zone, replaces, mark, reason, since, reader.Int64());
    }

    public static void WriteNodes(ref MessagePackWriter writer, IReadOnlyCollection<NodeId> nodes)
    {
        writer.WriteArrayHeader(nodes.Count);
        foreach (var node in nodes)
        {
            writer.Write(node.Value);
        }
    }

    public static ImmutableArray<NodeId> ReadNodes(ref FieldReader reader) => ReadList(ref reader, ReadNode);

    public static void WriteOptional(ref MessagePackWriter writer, NodeId? node)
    {
        if (node is { } known)
        {
            writer.Write(known.Value);
        }
        else
        {
            writer.WriteNil();
        }
    }

    public static NodeId? ReadOptionalNode(ref FieldReader reader) => reader.TryNil() ? null : ReadNode(ref reader);

    public static void WriteNode(ref MessagePackWriter writer, NodeId node) => writer.Write(node.Value);

    public static NodeId ReadNode(ref FieldReader reader) => new(reader.UInt64());

    private static void Write(ref MessagePackWriter writer, MembershipOperation? operation)
    {
        if (operation is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(OperationFields);
        writer.Write(operation.Id);
        writer.Write((int)operation.Kind);
        WriteNodes(ref writer, operation.Promote);
        WriteNodes(ref writer, operation.Remove);
        writer.Write(operation.PromoteFirst);
        writer.Write(operation.Undoing);
        writer.Write(operation.Reason);
        writer.Write(operation.SinceMilliseconds);
    }

    private static MembershipOperation? ReadOperation(ref FieldReader reader)
    {
        if (reader.TryNil())
        {
            return null;
        }

        reader.Fields(OperationFields, "an operation on members");
        var id = reader.Int64();
        var kind = (OperationKind)reader.Int32();
        var promote = ReadNodes(ref reader);
        var remove = ReadNodes(ref reader);
        var promoteFirst = reader.Boolean();
        var undoing = reader.Boolean();
        var reason = reader.Text();
        return new MembershipOperation(id, kind, promote, remove, promoteFirst, undoing, reason, reader.Int64());
    }

    private static void Write(ref MessagePackWriter writer, HealingPause? pause)
    {
        if (pause is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(PauseFields);
        writer.Write(pause.UntilMilliseconds);
        writer.Write(pause.Why);
    }

    private static HealingPause? ReadPause(ref FieldReader reader)
    {
        if (reader.TryNil())
        {
            return null;
        }

        reader.Fields(PauseFields, "a pause of healing");
        var until = reader.Int64();
        return new HealingPause(until, reader.Text());
    }
}
