using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MessagePack;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Operations;

namespace StateServer.Consensus.Codec;

/// <summary>Operations on the keyspace: an array of the <see cref="OperationTag"/> and the operation's fields.</summary>
internal static class OperationCodec
{
    private const int PutFields = 5;
    private const int DeleteRangeFields = 4;
    private const int RangeFields = 12;
    private const int TransactionFields = 4;
    private const int CompareFields = 6;

    private const int ReturnPreviousFlag = 1;
    private const int IgnoreValueFlag = 2;
    private const int IgnoreLeaseFlag = 4;
    private const int KeysOnlyFlag = 1;
    private const int CountOnlyFlag = 2;

    /// <exception cref="ArgumentException">An operation without a tag, or nested deeper than a reader accepts.</exception>
    public static void Write(ref MessagePackWriter writer, Operation operation, int depth = 1)
    {
        if (depth > FieldReader.DeepestNesting)
        {
            throw new ArgumentException($"nested deeper than {FieldReader.DeepestNesting}", nameof(operation));
        }

        switch (operation)
        {
            case PutOperation put:
                WritePut(ref writer, put);
                break;
            case DeleteRangeOperation delete:
                writer.WriteArrayHeader(DeleteRangeFields);
                writer.Write((int)OperationTag.DeleteRange);
                WriteRange(ref writer, delete.Range);
                writer.Write(delete.ReturnPrevious ? ReturnPreviousFlag : 0);
                break;
            case RangeOperation range:
                WriteQuery(ref writer, range.Query);
                break;
            case TransactionOperation transaction:
                WriteTransaction(ref writer, transaction, depth);
                break;
            default:
                throw new ArgumentException($"no tag for the operation {operation.GetType().Name}", nameof(operation));
        }
    }

    public static Operation Read(ref FieldReader reader)
    {
        reader.Enter();
        var fields = reader.FieldsOfAnyTag();
        var tag = reader.Int32();
        Operation operation = (OperationTag)tag switch
        {
            OperationTag.Put => ReadPut(ref reader, fields),
            OperationTag.DeleteRange => ReadDeleteRange(ref reader, fields),
            OperationTag.Range => ReadQuery(ref reader, fields),
            OperationTag.Transaction => ReadTransaction(ref reader, fields),
            _ => throw reader.Unknown($"operation tag {tag}"),
        };
        reader.Leave();
        return operation;
    }

    private static void WritePut(ref MessagePackWriter writer, PutOperation put)
    {
        writer.WriteArrayHeader(PutFields);
        writer.Write((int)OperationTag.Put);
        writer.Write(put.Key.Span);
        writer.Write(put.Value.Span);
        writer.Write(put.Lease.Value);
        writer.Write((put.ReturnPrevious ? ReturnPreviousFlag : 0) |
                     (put.IgnoreValue ? IgnoreValueFlag : 0) |
                     (put.IgnoreLease ? IgnoreLeaseFlag : 0));
    }

    private static PutOperation ReadPut(ref FieldReader reader, int fields)
    {
        reader.Expect(fields, PutFields, "a put");
        var key = reader.Key();
        var value = reader.Bytes();
        var lease = new LeaseId(reader.Int64());
        var flags = reader.Flags(ReturnPreviousFlag | IgnoreValueFlag | IgnoreLeaseFlag, "a put");
        return new PutOperation(
            key,
            value,
            lease,
            (flags & ReturnPreviousFlag) != 0,
            (flags & IgnoreValueFlag) != 0,
            (flags & IgnoreLeaseFlag) != 0);
    }

    private static DeleteRangeOperation ReadDeleteRange(ref FieldReader reader, int fields)
    {
        reader.Expect(fields, DeleteRangeFields, "a delete");
        var range = reader.Range();
        return new DeleteRangeOperation(range, reader.Flags(ReturnPreviousFlag, "a delete") != 0);
    }

    private static void WriteQuery(ref MessagePackWriter writer, RangeQuery query)
    {
        writer.WriteArrayHeader(RangeFields);
        writer.Write((int)OperationTag.Range);
        WriteRange(ref writer, query.Range);
        writer.Write(query.Limit);
        writer.Write(query.AtRevision.Value);
        writer.Write((int)query.SortOrder);
        writer.Write((int)query.SortTarget);
        writer.Write((query.KeysOnly ? KeysOnlyFlag : 0) | (query.CountOnly ? CountOnlyFlag : 0));
        writer.Write(query.MinModRevision.Value);
        writer.Write(query.MaxModRevision.Value);
        writer.Write(query.MinCreateRevision.Value);
        writer.Write(query.MaxCreateRevision.Value);
    }

    private static RangeOperation ReadQuery(ref FieldReader reader, int fields)
    {
        reader.Expect(fields, RangeFields, "a range");
        var range = reader.Range();
        var limit = reader.Int64();
        var atRevision = new Revision(reader.Int64());
        var order = (SortOrder)reader.Int32();
        var target = (SortTarget)reader.Int32();
        var flags = reader.Flags(KeysOnlyFlag | CountOnlyFlag, "a range");
        return new RangeOperation(new RangeQuery
        {
            Range = range,
            Limit = limit,
            AtRevision = atRevision,
            SortOrder = order,
            SortTarget = target,
            KeysOnly = (flags & KeysOnlyFlag) != 0,
            CountOnly = (flags & CountOnlyFlag) != 0,
            MinModRevision = new Revision(reader.Int64()),
            MaxModRevision = new Revision(reader.Int64()),
            MinCreateRevision = new Revision(reader.Int64()),
            MaxCreateRevision = new Revision(reader.Int64()),
        });
    }

    private static void WriteTransaction(ref MessagePackWriter writer, TransactionOperation transaction, int depth)
    {
        writer.WriteArrayHeader(TransactionFields);
        writer.Write((int)OperationTag.Transaction);
        writer.WriteArrayHeader(transaction.Compares.Length);
        foreach (var compare in transaction.Compares)
        {
            writer.WriteArrayHeader(CompareFields);
            WriteRange(ref writer, compare.Range);
            writer.Write((int)compare.Target);
            writer.Write((int)compare.Result);
            writer.Write(compare.Number);
            writer.Write(compare.Value.Span);
        }

        WriteList(ref writer, transaction.Success, depth + 1);
        WriteList(ref writer, transaction.Failure, depth + 1);
    }

    private static TransactionOperation ReadTransaction(ref FieldReader reader, int fields)
    {
        reader.Expect(fields, TransactionFields, "a transaction");
        var compares = new Compare[reader.List()];
        for (var i = 0; i < compares.Length; i++)
        {
            reader.Fields(CompareFields, "a compare");
            var range = reader.Range();
            var target = (CompareTarget)reader.Int32();
            var result = (CompareResult)reader.Int32();
            var number = reader.Int64();
            compares[i] = new Compare(range, target, result, number, reader.Bytes());
        }

        var success = ReadList(ref reader);
        return new TransactionOperation(
            ImmutableCollectionsMarshal.AsImmutableArray(compares),
            success,
            ReadList(ref reader));
    }

    private static void WriteList(ref MessagePackWriter writer, ImmutableArray<Operation> operations, int depth)
    {
        writer.WriteArrayHeader(operations.Length);
        foreach (var operation in operations)
        {
            Write(ref writer, operation, depth);
        }
    }

    private static ImmutableArray<Operation> ReadList(ref FieldReader reader)
    {
        var operations = new Operation[reader.List()];
        for (var i = 0; i < operations.Length; i++)
        {
            operations[i] = Read(ref reader);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(operations);
    }

    private static void WriteRange(ref MessagePackWriter writer, KeyRange range)
    {
        writer.Write(range.Start.Span);
        writer.Write(range.End.Span);
    }
}
