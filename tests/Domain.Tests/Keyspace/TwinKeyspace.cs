using System.Text;
using StateServer.Domain.Commands;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Operations;

namespace StateServer.Domain.Tests.Keyspace;

/// <summary>
/// The dumb twin: a keyspace as a list of all versions ever made, read by looking at all of them. It answers in text. Written
/// from etcd's documented behaviour, not from the code it checks.
/// </summary>
internal sealed class TwinKeyspace
{
    private const string Reserved = "/stateserver/";

    private readonly List<TwinVersion> _versions = [];
    private readonly HashSet<long> _leases = [];
    private int _changes;

    public long Revision { get; private set; } = 1;

    public long Compacted { get; private set; } = -1;

    public IReadOnlyList<TwinVersion> Versions => _versions;

    private long RevisionInside => _changes > 0 ? Revision + 1 : Revision;

    public string Run(Command command)
    {
        var answer = command switch
        {
            KeyspaceCommand keyspace => Run(keyspace.Operation),
            CompactCommand compact => Compact(compact.Revision.Value),
            GrantLeaseCommand grant => Grant(grant),
            RevokeLeaseCommand revoke => Revoke(revoke.Lease.Value),
            TrimHistoryCommand => $"done {Revision}",
            _ => throw new NotSupportedException(command.GetType().Name),
        };
        if (_changes > 0)
        {
            Revision++;
            _changes = 0;
        }

        return answer;
    }

    /// <summary>The keys that existed at a revision, in order.</summary>
    public List<TwinVersion> At(long revision) =>
        [.. _versions
            .Where(v => v.Mod <= revision)
            .GroupBy(v => v.Key, StringComparer.Ordinal)
            .Select(group => group.Last())
            .Where(v => !v.Deleted)
            .OrderBy(v => v.Key, StringComparer.Ordinal)];

    private static string Text(Key key) => Encoding.Latin1.GetString(key.Span);

    private static string Text(ReadOnlyMemory<byte> value) => Encoding.Latin1.GetString(value.Span);

    private static bool Within(KeyRange range, string key)
    {
        var start = Text(range.Start);
        var end = Text(range.End);
        return end switch
        {
            "" => key == start,
            "\0" => string.CompareOrdinal(key, start) >= 0,
            _ => string.CompareOrdinal(key, start) >= 0 && string.CompareOrdinal(key, end) < 0,
        };
    }

    private string Run(Operation operation)
    {
        if (Malformed(operation, 128) is { } wrong)
        {
            return $"refused {wrong}";
        }

        if (operation is TransactionOperation transaction &&
            Paths(transaction.Success).Concat(Paths(transaction.Failure)).Any(WritesTwice))
        {
            return "refused DuplicateKey";
        }

        var before = At(Revision);
        return Impossible(operation, before) is { } impossible ? $"refused {impossible}" : Do(operation, before);
    }

    private static string? Malformed(Operation operation, int most)
    {
        switch (operation)
        {
            case PutOperation put:
                return put.Key.IsEmpty ? "KeyNotProvided"
                    : put.IgnoreValue && put.Value.Length > 0 ? "ValueProvided"
                    : put.IgnoreLease && put.Lease.Value != 0 ? "LeaseProvided"
                    : Text(put.Key).StartsWith(Reserved, StringComparison.Ordinal) ? "ReservedPrefix"
                    : null;
            case DeleteRangeOperation delete:
                return delete.Range.Start.IsEmpty ? "KeyNotProvided" : OnlyReserved(delete.Range) ? "ReservedPrefix" : null;
            case RangeOperation range:
                return range.Query.Range.Start.IsEmpty ? "KeyNotProvided" : null;
            case TransactionOperation transaction:
                var widest = new[] { transaction.Compares.Length, transaction.Success.Length, transaction.Failure.Length }.Max();
                if (widest > most)
                {
                    return "TooManyOperations";
                }

                return transaction.Compares.Any(c => c.Range.Start.IsEmpty)
                    ? "KeyNotProvided"
                    : transaction.Success.Concat(transaction.Failure)
                        .Select(inner => Malformed(inner, most - widest))
                        .FirstOrDefault(wrong => wrong is not null);
            default:
                throw new NotSupportedException();
        }
    }

    private static bool OnlyReserved(KeyRange range)
    {
        var start = Text(range.Start);
        var end = Text(range.End);
        return start.StartsWith(Reserved, StringComparison.Ordinal) &&
               (end.Length == 0 || (end != "\0" && string.CompareOrdinal(end, "/stateserver0") <= 0));
    }

    /// <summary>All sequences of writes that a list of operations could come to, over all branches of nested transactions.</summary>
    private static List<List<Operation>> Paths(IEnumerable<Operation> operations)
    {
        List<List<Operation>> paths = [[]];
        foreach (var operation in operations)
        {
            List<List<Operation>> continued = operation is TransactionOperation nested
                ? [.. Paths(nested.Success), .. Paths(nested.Failure)]
                : [[operation]];
            paths = [.. paths.SelectMany(path => continued.Select(next => path.Concat(next).ToList()))];
        }

        return paths;
    }

    private static bool WritesTwice(List<Operation> path)
    {
        var puts = path.OfType<PutOperation>().Select(put => Text(put.Key)).ToList();
        var deletes = path.OfType<DeleteRangeOperation>().ToList();
        return puts.Distinct().Count() < puts.Count || puts.Any(put => deletes.Any(delete => Within(delete.Range, put)));
    }

    private string? Impossible(Operation operation, List<TwinVersion> before)
    {
        switch (operation)
        {
            case PutOperation put:
                return put.Lease.Value != 0 && !_leases.Contains(put.Lease.Value) ? "LeaseNotFound"
                    : (put.IgnoreValue || put.IgnoreLease) && before.All(v => v.Key != Text(put.Key)) ? "KeyNotFound"
                    : null;
            case RangeOperation range:
                return range.Query.AtRevision.Value < Math.Min(0, Compacted) ? "Compacted" : Unreadable(range.Query.AtRevision.Value);
            case TransactionOperation transaction:
                return (All(transaction, before) ? transaction.Success : transaction.Failure)
                    .Select(inner => Impossible(inner, before))
                    .FirstOrDefault(wrong => wrong is not null);
            default:
                return null;
        }
    }

    private string? Unreadable(long revision) =>
        revision > Revision ? "FutureRevision" : revision > 0 && revision < Compacted ? "Compacted" : null;

    private static bool All(TransactionOperation transaction, List<TwinVersion> before) =>
        transaction.Compares.All(compare =>
        {
            var found = before.Where(v => Within(compare.Range, v.Key)).ToList();
            if (found.Count == 0)
            {
                return compare.Target != CompareTarget.Value && Holds(compare.Result, 0L.CompareTo(compare.Number));
            }

            return found.TrueForAll(v => Holds(compare.Result, compare.Target switch
            {
                CompareTarget.Version => v.Version.CompareTo(compare.Number),
                CompareTarget.Create => v.Create.CompareTo(compare.Number),
                CompareTarget.Mod => v.Mod.CompareTo(compare.Number),
                CompareTarget.Lease => v.Lease.CompareTo(compare.Number),
                _ => string.CompareOrdinal(v.Value, Text(compare.Value)),
            }));
        });

    private static bool Holds(CompareResult result, int order) => result switch
    {
        CompareResult.Equal => order == 0,
        CompareResult.Greater => order > 0,
        CompareResult.Less => order < 0,
        _ => order != 0,
    };

    private string Do(Operation operation, List<TwinVersion> before)
    {
        switch (operation)
        {
            case PutOperation put:
                var previous = Put(put);
                return $"put {RevisionInside} previous [{(put.ReturnPrevious ? previous : null)}]";
            case DeleteRangeOperation delete:
                var doomed = At(RevisionInside)
                    .Where(v => Within(delete.Range, v.Key) && !v.Key.StartsWith(Reserved, StringComparison.Ordinal))
                    .ToList();
                doomed.ForEach(Delete);
                return $"deleted {doomed.Count} {RevisionInside} previous [{string.Join(", ", delete.ReturnPrevious ? doomed : [])}]";
            case RangeOperation range:
                return $"read {RevisionInside} {Range(range.Query)}";
            case TransactionOperation transaction:
                var holds = All(transaction, before);
                var answers = (holds ? transaction.Success : transaction.Failure).Select(inner => Do(inner, before)).ToList();
                return $"transaction {RevisionInside} {holds} [{string.Join("; ", answers)}]";
            default:
                throw new NotSupportedException();
        }
    }

    private TwinVersion? Put(PutOperation put)
    {
        var key = Text(put.Key);
        var previous = At(RevisionInside).Find(v => v.Key == key);
        _versions.Add(new TwinVersion(
            key,
            put.IgnoreValue ? previous!.Value : Text(put.Value),
            previous?.Create ?? Revision + 1,
            Revision + 1,
            _changes++,
            (previous?.Version ?? 0) + 1,
            put.IgnoreLease ? previous!.Lease : put.Lease.Value,
            false));
        return previous;
    }

    private void Delete(TwinVersion doomed) =>
        _versions.Add(new TwinVersion(doomed.Key, string.Empty, 0, Revision + 1, _changes++, 0, 0, true));

    private string Range(RangeQuery query)
    {
        var revision = query.AtRevision.Value <= 0 ? RevisionInside : query.AtRevision.Value;
        var all = At(revision).Where(v => Within(query.Range, v.Key)).ToList();
        var count = all.Count;
        if (query.CountOnly)
        {
            return $"0 of {count} more False []";
        }

        var bounded = query.MinModRevision.Value != 0 || query.MaxModRevision.Value != 0 ||
                      query.MinCreateRevision.Value != 0 || query.MaxCreateRevision.Value != 0;
        if (query is { SortOrder: SortOrder.None, Limit: > 0 } && !bounded)
        {
            // etcd's quirk: without an order it takes one more than the limit by key, and then sorts only those by the target.
            all = [.. all.Take((int)query.Limit + 1)];
        }

        all =
        [
            .. all
                .Where(v => query.MinModRevision.Value == 0 || v.Mod >= query.MinModRevision.Value)
                .Where(v => query.MaxModRevision.Value == 0 || v.Mod <= query.MaxModRevision.Value)
                .Where(v => query.MinCreateRevision.Value == 0 || v.Create >= query.MinCreateRevision.Value)
                .Where(v => query.MaxCreateRevision.Value == 0 || v.Create <= query.MaxCreateRevision.Value),
        ];
        Func<TwinVersion, string> target = query.SortTarget switch
        {
            SortTarget.Key => v => v.Key,
            SortTarget.Version => v => $"{v.Version:d19}",
            SortTarget.Create => v => $"{v.Create:d19}",
            SortTarget.Mod => v => $"{v.Mod:d19}",
            _ => v => v.Value,
        };
        all = query.SortOrder == SortOrder.Descend
            ? [.. all.OrderByDescending(target, StringComparer.Ordinal)]
            : [.. all.OrderBy(target, StringComparer.Ordinal)];
        var more = query.Limit > 0 && all.Count > query.Limit;
        var shown = (more ? all.Take((int)query.Limit) : all).Select(v => query.KeysOnly ? v with { Value = string.Empty } : v);
        return $"{shown.Count()} of {count} more {more} [{string.Join(", ", shown)}]";
    }

    private string Compact(long revision)
    {
        if (revision <= Compacted)
        {
            return "refused Compacted";
        }

        if (revision > Revision)
        {
            return "refused FutureRevision";
        }

        Compacted = revision;
        return $"compacted {Revision}";
    }

    private string Grant(GrantLeaseCommand grant)
    {
        if (grant.Lease.Value == 0 || grant.TimeToLiveSeconds < 1)
        {
            return "refused InvalidArgument";
        }

        return _leases.Add(grant.Lease.Value) ? $"done {Revision}" : "refused LeaseExists";
    }

    private string Revoke(long lease)
    {
        if (!_leases.Remove(lease))
        {
            return "refused LeaseNotFound";
        }

        At(Revision).Where(v => v.Lease == lease).ToList().ForEach(Delete);
        return $"done {RevisionInside}";
    }
}
