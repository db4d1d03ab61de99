using System.Text;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Tests.Keyspace;

/// <summary>An outcome in the twin's words.</summary>
internal static class OutcomeText
{
    public static string Of(Outcome outcome) => outcome switch
    {
        PutOutcome put => $"put {put.Revision} previous [{Of(put.Previous)}]",
        DeleteRangeOutcome delete =>
            $"deleted {delete.Deleted} {delete.Revision} previous [{string.Join(", ", delete.Previous.Select(Of))}]",
        RangeOutcome range =>
            $"read {range.Revision} {range.Result.KeyValues.Length} of {range.Result.Count} more {range.Result.More} " +
            $"[{string.Join(", ", range.Result.KeyValues.Select(Of))}]",
        TransactionOutcome transaction =>
            $"transaction {transaction.Revision} {transaction.Succeeded} [{string.Join("; ", transaction.Outcomes.Select(Of))}]",
        CompactOutcome compact => $"compacted {compact.Revision}",
        DoneOutcome done => $"done {done.Revision}",
        Rejection rejection => $"refused {rejection.Reason}",
        _ => throw new NotSupportedException(outcome.GetType().Name),
    };

    public static string? Of(KeyValue? version) => version is null ? null : Twin(version).ToString();

    public static TwinVersion Twin(KeyValue version) =>
        new(
            Encoding.Latin1.GetString(version.Key.Span),
            Encoding.Latin1.GetString(version.Value.Span),
            version.CreateRevision.Value,
            version.ModRevision.Value,
            version.SubRevision,
            version.Version,
            version.Lease.Value,
            version.IsTombstone);
}
