using System.Collections.Immutable;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Keyspace.Operations;

/// <summary>
/// Refuses a transaction that could write a key twice: two puts, or a put and a delete, unless they lie in the two branches of
/// one nested transaction, of which only one is done. Deletes may overlap. As etcd's check of its intervals, except that the
/// order of the operations makes no difference here, and that a delete of all keys from one on is an interval too: in etcd both
/// let some double writes through.
/// </summary>
internal static class DoubleWrites
{
    /// <summary>Null, or that a key is written twice.</summary>
    public static Rejection? Check(TransactionOperation transaction)
    {
        var puts = new HashSet<Key>();
        var deletes = new List<KeyRange>();
        if (!Collect(transaction.Success, puts, deletes))
        {
            return Refused();
        }

        puts.Clear();
        deletes.Clear();
        return Collect(transaction.Failure, puts, deletes) ? null : Refused();
    }

    private static Rejection Refused() =>
        new(RejectionReason.DuplicateKey, "a transaction may write a key only once");

    /// <summary>Adds what a branch writes; false when it writes something twice, in itself or with what is there already.</summary>
    private static bool Collect(ImmutableArray<Operation> operations, HashSet<Key> puts, List<KeyRange> deletes)
    {
        foreach (var operation in operations)
        {
            var free = operation switch
            {
                PutOperation put => AddPut(put.Key, puts, deletes),
                DeleteRangeOperation delete => AddDelete(delete.Range, puts, deletes),
                TransactionOperation nested => AddNested(nested, puts, deletes),
                _ => true,
            };
            if (!free)
            {
                return false;
            }
        }

        return true;
    }

    private static bool AddPut(Key key, HashSet<Key> puts, List<KeyRange> deletes)
    {
        foreach (var delete in deletes)
        {
            if (delete.Contains(key))
            {
                return false;
            }
        }

        return puts.Add(key);
    }

    private static bool AddDelete(KeyRange range, HashSet<Key> puts, List<KeyRange> deletes)
    {
        foreach (var put in puts)
        {
            if (range.Contains(put))
            {
                return false;
            }
        }

        deletes.Add(range);
        return true;
    }

    private static bool AddNested(TransactionOperation nested, HashSet<Key> puts, List<KeyRange> deletes)
    {
        var thenPuts = new HashSet<Key>();
        var thenDeletes = new List<KeyRange>();
        var elsePuts = new HashSet<Key>();
        var elseDeletes = new List<KeyRange>();
        return Collect(nested.Success, thenPuts, thenDeletes) &&
               Collect(nested.Failure, elsePuts, elseDeletes) &&
               IsFree(thenPuts, thenDeletes, puts, deletes) &&
               IsFree(elsePuts, elseDeletes, puts, deletes) &&
               Merge(thenPuts, elsePuts, puts) &&
               Merge(thenDeletes, elseDeletes, deletes);
    }

    private static bool IsFree(HashSet<Key> newPuts, List<KeyRange> newDeletes, HashSet<Key> puts, List<KeyRange> deletes) =>
        !newPuts.Overlaps(puts) &&
        !newPuts.Any(put => deletes.Exists(delete => delete.Contains(put))) &&
        !puts.Any(put => newDeletes.Exists(delete => delete.Contains(put)));

    private static bool Merge(HashSet<Key> left, HashSet<Key> right, HashSet<Key> all)
    {
        all.UnionWith(left);
        all.UnionWith(right);
        return true;
    }

    private static bool Merge(List<KeyRange> left, List<KeyRange> right, List<KeyRange> all)
    {
        all.AddRange(left);
        all.AddRange(right);
        return true;
    }
}
