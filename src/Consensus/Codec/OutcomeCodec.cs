using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MessagePack;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Codec;

/// <summary>Outcomes: an array of the <see cref="OutcomeTag"/> and the outcome's fields. Thread-safe: it holds nothing.</summary>
internal static class OutcomeCodec
{
    private const int PutFields = 3;
    private const int DeleteRangeFields = 4;
    private const int RangeFields = 5;
    private const int TransactionFields = 4;
    private const int RevisionFields = 2;
    private const int RejectionFields = 3;
    private const int AddedFields = 4;

    /// <summary>Appends an outcome's bytes to <paramref name="destination"/>.</summary>
    public static void Encode(IBufferWriter<byte> destination, Outcome outcome)
    {
        var writer = new MessagePackWriter(destination);
        Write(ref writer, outcome);
        writer.Flush();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="UnknownFormatException">A newer executable wrote it.</exception>
    /// <exception cref="InvalidDataException">The bytes are not an outcome.</exception>
    public static Outcome Decode(ReadOnlyMemory<byte> source)
    {
        var reader = new FieldReader(source, BatchCodec.FormatVersion, BatchCodec.FormatVersion, 0);
        try
        {
            var outcome = Read(ref reader);
            return reader.AtEnd ? outcome : throw new InvalidDataException("bytes follow an outcome");
        }
        catch (Exception e) when (FieldReader.IsMalformed(e))
        {
            throw new InvalidDataException($"an outcome is malformed near byte {reader.Consumed}: {e.Message}", e);
        }
    }

    internal static void Write(ref MessagePackWriter writer, Outcome outcome)
    {
        switch (outcome)
        {
            case PutOutcome put:
                Start(ref writer, PutFields, OutcomeTag.Put, put.Revision);
                WriteOptional(ref writer, put.Previous);
                break;
            case DeleteRangeOutcome delete:
                Start(ref writer, DeleteRangeFields, OutcomeTag.DeleteRange, delete.Revision);
                writer.Write(delete.Deleted);
                WriteVersions(ref writer, delete.Previous);
                break;
            case RangeOutcome range:
                Start(ref writer, RangeFields, OutcomeTag.Range, range.Revision);
                writer.Write(range.Result.More);
                writer.Write(range.Result.Count);
                WriteVersions(ref writer, range.Result.KeyValues);
                break;
            case TransactionOutcome transaction:
                Start(ref writer, TransactionFields, OutcomeTag.Transaction, transaction.Revision);
                writer.Write(transaction.Succeeded);
                writer.WriteArrayHeader(transaction.Outcomes.Length);
                foreach (var inner in transaction.Outcomes)
                {
                    Write(ref writer, inner);
                }

                break;
            case CompactOutcome compact:
                Start(ref writer, RevisionFields, OutcomeTag.Compact, compact.Revision);
                break;
            case DoneOutcome done:
                Start(ref writer, RevisionFields, OutcomeTag.Done, done.Revision);
                break;
            case SessionOpenedOutcome opened:
                Start(ref writer, RevisionFields, OutcomeTag.SessionOpened, new Revision(opened.Session.Value));
                break;
            case Rejection rejection:
                Start(ref writer, RejectionFields, OutcomeTag.Rejection, new Revision((long)rejection.Reason));
                writer.Write(rejection.Detail);
                break;
            case AddedOutcome added:
                Start(ref writer, AddedFields, OutcomeTag.Added, added.Revision);
                writer.Write(added.First);
                writer.Write(added.Count);
                break;
            default:
                throw new ArgumentException($"no tag for the outcome {outcome.GetType().Name}", nameof(outcome));
        }
    }

    internal static Outcome Read(ref FieldReader reader)
    {
        reader.Enter();
        var fields = reader.FieldsOfAnyTag();
        var tag = reader.Int32();
        Outcome outcome;
        switch ((OutcomeTag)tag)
        {
            case OutcomeTag.Put:
                var revision = Start(ref reader, fields, PutFields, "a put's outcome");
                outcome = new PutOutcome(revision, reader.TryNil() ? null : VersionCodec.Read(ref reader));
                break;
            case OutcomeTag.DeleteRange:
                revision = Start(ref reader, fields, DeleteRangeFields, "a delete's outcome");
                var deleted = reader.Int64();
                outcome = new DeleteRangeOutcome(revision, deleted, ReadVersions(ref reader));
                break;
            case OutcomeTag.Range:
                revision = Start(ref reader, fields, RangeFields, "a range's outcome");
                var more = reader.Boolean();
                var count = reader.Int64();
                outcome = new RangeOutcome(revision, new RangeResult(ReadVersions(ref reader), more, count));
                break;
            case OutcomeTag.Transaction:
                revision = Start(ref reader, fields, TransactionFields, "a transaction's outcome");
                var succeeded = reader.Boolean();
                outcome = new TransactionOutcome(revision, succeeded, ReadOutcomes(ref reader));
                break;
            case OutcomeTag.Compact:
                outcome = new CompactOutcome(Start(ref reader, fields, RevisionFields, "a compaction's outcome"));
                break;
            case OutcomeTag.Done:
                outcome = new DoneOutcome(Start(ref reader, fields, RevisionFields, "an outcome"));
                break;
            case OutcomeTag.SessionOpened:
                var session = Start(ref reader, fields, RevisionFields, "a session's opening");
                outcome = new SessionOpenedOutcome(new SessionId(session.Value));
                break;
            case OutcomeTag.Rejection:
                var reason = Start(ref reader, fields, RejectionFields, "a rejection");
                outcome = new Rejection((RejectionReason)reason.Value, reader.Text());
                break;
            case OutcomeTag.Added:
                revision = Start(ref reader, fields, AddedFields, "an addition's outcome");
                var first = reader.Int32();
                outcome = new AddedOutcome(revision, first, reader.Int32());
                break;
            default:
                throw reader.Unknown($"outcome tag {tag}");
        }

        reader.Leave();
        return outcome;
    }

    private static void Start(ref MessagePackWriter writer, int fields, OutcomeTag tag, Revision number)
    {
        writer.WriteArrayHeader(fields);
        writer.Write((int)tag);
        writer.Write(number.Value);
    }

    private static Revision Start(ref FieldReader reader, int found, int fields, string what)
    {
        reader.Expect(found, fields, what);
        return new Revision(reader.Int64());
    }

    private static void WriteOptional(ref MessagePackWriter writer, KeyValue? version)
    {
        if (version is null)
        {
            writer.WriteNil();
        }
        else
        {
            VersionCodec.Write(ref writer, version);
        }
    }

    private static void WriteVersions(ref MessagePackWriter writer, ImmutableArray<KeyValue> versions)
    {
        writer.WriteArrayHeader(versions.Length);
        foreach (var version in versions)
        {
            VersionCodec.Write(ref writer, version);
        }
    }

    private static ImmutableArray<KeyValue> ReadVersions(ref FieldReader reader)
    {
        var versions = new KeyValue[reader.List()];
        for (var i = 0; i < versions.Length; i++)
        {
            versions[i] = VersionCodec.Read(ref reader);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(versions);
    }

    private static ImmutableArray<Outcome> ReadOutcomes(ref FieldReader reader)
    {
        var outcomes = new Outcome[reader.List()];
        for (var i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = Read(ref reader);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(outcomes);
    }
}
