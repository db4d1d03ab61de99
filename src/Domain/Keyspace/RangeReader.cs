using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Keyspace;

/// <summary>
/// Executes range reads with the semantics of etcd's <c>Range</c> (3.4 and 3.5): what is counted, when the limit cuts, and what
/// sorting means. Ties of a sort, which etcd leaves open, are broken by key.
/// </summary>
internal static class RangeReader
{
    /// <summary>Null where the query means something, whatever the state is.</summary>
    public static Rejection? Check(RangeQuery query)
    {
        if (query.Range.Start.IsEmpty)
        {
            return new Rejection(RejectionReason.KeyNotProvided, "a read without a key; give one, or a zero byte for the lowest");
        }

        return Enum.IsDefined(query.SortOrder) && Enum.IsDefined(query.SortTarget)
            ? null
            : new Rejection(
                RejectionReason.InvalidArgument,
                $"no such sort option: order {(int)query.SortOrder}, target {(int)query.SortTarget}");
    }

    /// <summary>Reads; refused for a query that means nothing and for a revision in the future or compacted.</summary>
    public static Rejection? Read(in KeyspaceView view, RangeQuery query, out RangeResult? result)
    {
        result = null;
        if ((Check(query) ?? view.CheckRevision(query.AtRevision.Value)) is { } refused)
        {
            return refused;
        }

        var revision = query.AtRevision.Value <= 0 ? view.Revision : query.AtRevision.Value;
        if (query.Range.IsSingle)
        {
            result = ReadSingle(view, query, revision);
        }
        else if (query.CountOnly)
        {
            result = new RangeResult([], false, Count(view, query.Range, revision));
        }
        else
        {
            result = ReadMany(view, query, revision);
        }

        return null;
    }

    private static RangeResult ReadSingle(in KeyspaceView view, RangeQuery query, long revision)
    {
        var version = revision == view.Revision ? view.Get(query.Range.Start) : view.Get(query.Range.Start, revision);
        if (version is null)
        {
            return new RangeResult([], false, 0);
        }

        return query.CountOnly || !IsWithinBounds(query, version)
            ? new RangeResult([], false, 1)
            : new RangeResult([query.KeysOnly ? WithoutValue(version) : version], false, 1);
    }

    private static long Count(in KeyspaceView view, KeyRange range, long revision)
    {
        if (revision == view.Revision)
        {
            return view.Count(range);
        }

        long count = 0;
        var versions = new VisibleVersions(view, range, revision);
        while (versions.Next() is not null)
        {
            count++;
        }

        return count;
    }

    private static RangeResult ReadMany(in KeyspaceView view, RangeQuery query, long revision)
    {
        // etcd fetches one more than the limit where no order and no bound is asked for, everything otherwise; so with a
        // target but no order it sorts only what the limit let through.
        var ordered = query.SortOrder != SortOrder.None &&
                      (query.SortTarget != SortTarget.Key || query.SortOrder != SortOrder.Ascend);
        var sorted = ordered || query.SortTarget != SortTarget.Key;
        var fetchesAll = ordered || (sorted && IsBounded(query));
        var most = query.Limit <= 0 || query.Limit == long.MaxValue ? long.MaxValue : query.Limit + 1;
        var versions = new VisibleVersions(view, query.Range, revision);
        var found = new List<KeyValue>();
        long count = 0;
        while (versions.Next() is { } version)
        {
            count++;
            if ((fetchesAll || found.Count < most) && IsWithinBounds(query, version))
            {
                found.Add(version);
            }
            else if (revision == view.Revision && !fetchesAll && found.Count >= most)
            {
                break;
            }
        }

        if (revision == view.Revision)
        {
            count = view.Count(query.Range);
        }

        if (sorted)
        {
            Sort(found, query.SortTarget, query.SortOrder == SortOrder.Descend);
        }

        var more = query.Limit > 0 && found.Count > query.Limit;
        var kept = more ? (int)query.Limit : found.Count;
        var results = ImmutableArray.CreateBuilder<KeyValue>(kept);
        for (var i = 0; i < kept; i++)
        {
            results.Add(query.KeysOnly ? WithoutValue(found[i]) : found[i]);
        }

        return new RangeResult(results.MoveToImmutable(), more, count);
    }

    private static bool IsBounded(RangeQuery query) =>
        !(query.MinModRevision.IsNone && query.MaxModRevision.IsNone &&
          query.MinCreateRevision.IsNone && query.MaxCreateRevision.IsNone);

    private static bool IsWithinBounds(RangeQuery query, KeyValue version) =>
        IsWithin(version.ModRevision, query.MinModRevision, query.MaxModRevision) &&
        IsWithin(version.CreateRevision, query.MinCreateRevision, query.MaxCreateRevision);

    private static bool IsWithin(Revision revision, Revision low, Revision high) =>
        (low.IsNone || revision.Value >= low.Value) && (high.IsNone || revision.Value <= high.Value);

    private static void Sort(List<KeyValue> versions, SortTarget target, bool descending) =>
        versions.Sort((left, right) =>
        {
            var order = Order(left, right, target);
            order = descending ? -order : order;
            return order != 0 ? order : left.Key.CompareTo(right.Key);
        });

    private static int Order(KeyValue left, KeyValue right, SortTarget target) => target switch
    {
        SortTarget.Key => left.Key.CompareTo(right.Key),
        SortTarget.Version => left.Version.CompareTo(right.Version),
        SortTarget.Create => left.CreateRevision.CompareTo(right.CreateRevision),
        SortTarget.Mod => left.ModRevision.CompareTo(right.ModRevision),
        SortTarget.Value => left.Value.Span.SequenceCompareTo(right.Value.Span),
        _ => throw new InvalidOperationException($"an unchecked sort target {target}"),
    };

    private static KeyValue WithoutValue(KeyValue version) =>
        new(version.Key, default, version.CreateRevision, version.ModRevision, version.Version, version.Lease)
        {
            SubRevision = version.SubRevision,
        };
}
