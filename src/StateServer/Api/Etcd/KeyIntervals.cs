using Google.Protobuf.Collections;
using StateServer.Domain.Keyspace;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.Api.Etcd;

/// <summary>A set of keys held as sorted, disjoint intervals, each without its end. Asking costs O(log n), a union O(n). Not thread-safe.</summary>
internal sealed class KeyIntervals
{
    private List<(Key Start, Key End)> _intervals = [];

    /// <summary>The keys that the deletes among <paramref name="operations"/> name.</summary>
    internal static KeyIntervals OfDeletes(RepeatedField<Wire.RequestOp> operations)
    {
        List<(Key Start, Key End)>? deletes = null;
        for (var i = 0; i < operations.Count; i++)
        {
            if (operations[i].RequestCase == Wire.RequestOp.RequestOneofCase.RequestDeleteRange)
            {
                (deletes ??= []).Add(Interval(operations[i].RequestDeleteRange));
            }
        }

        var result = new KeyIntervals();
        if (deletes is not null)
        {
            deletes.Sort(static (left, right) => left.Start.CompareTo(right.Start));
            result._intervals = Joined(deletes);
        }

        return result;
    }

    /// <summary>True where <paramref name="key"/> lies in one of the intervals.</summary>
    internal bool Contains(Key key)
    {
        var low = 0;
        var high = _intervals.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (_intervals[middle].Start > key)
            {
                high = middle - 1;
            }
            else if (_intervals[middle].End > key)
            {
                return true;
            }
            else
            {
                low = middle + 1;
            }
        }

        return false;
    }

    /// <summary>Adds all of <paramref name="other"/>.</summary>
    internal void UnionWith(KeyIntervals other)
    {
        if (other._intervals.Count == 0)
        {
            return;
        }

        if (_intervals.Count == 0)
        {
            _intervals = other._intervals;
            return;
        }

        var merged = new List<(Key Start, Key End)>(_intervals.Count + other._intervals.Count);
        int left = 0, right = 0;
        while (left < _intervals.Count || right < other._intervals.Count)
        {
            var takeLeft = right == other._intervals.Count
                || (left < _intervals.Count && _intervals[left].Start <= other._intervals[right].Start);
            merged.Add(takeLeft ? _intervals[left++] : other._intervals[right++]);
        }

        _intervals = Joined(merged);
    }

    /// <summary>
    /// A delete without an upper bound is an empty interval here, because etcd reads its end as the key of one zero byte: it
    /// lets such a delete stand beside puts of the same transaction.
    /// </summary>
    private static (Key Start, Key End) Interval(Wire.DeleteRangeRequest request) => (
        RequestTranslation.ToKey(request.Key),
        request.RangeEnd.IsEmpty ? new Key([.. request.Key.Span, 0]) : RequestTranslation.ToKey(request.RangeEnd));

    private static List<(Key Start, Key End)> Joined(List<(Key Start, Key End)> sorted)
    {
        var result = new List<(Key Start, Key End)>(sorted.Count);
        foreach (var interval in sorted)
        {
            if (interval.Start >= interval.End)
            {
                continue;
            }

            if (result.Count > 0 && result[^1].End >= interval.Start)
            {
                var last = result[^1];
                result[^1] = (last.Start, last.End >= interval.End ? last.End : interval.End);
            }
            else
            {
                result.Add(interval);
            }
        }

        return result;
    }
}
