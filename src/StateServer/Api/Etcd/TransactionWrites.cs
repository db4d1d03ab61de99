using System.Collections.Immutable;
using Google.Protobuf.Collections;
using StateServer.Domain.Keyspace;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.Api.Etcd;

/// <summary>
/// What one branch of a transaction writes, nested transactions included, to find a key put twice, or put and deleted. The
/// rules are etcd's (checkIntervals in server/etcdserver/api/v3rpc/key.go): the two branches of one nested transaction may
/// put the same key; a nested put is compared with deletes beside it and nested before it, not after it. Not thread-safe.
/// </summary>
internal sealed class TransactionWrites
{
    private readonly HashSet<Key> _puts = [];
    private readonly KeyIntervals _deletes;

    private TransactionWrites(KeyIntervals deletes) => _deletes = deletes;

    /// <summary>True where the branch writes a key twice.</summary>
    internal static bool HasDuplicate(RepeatedField<Wire.RequestOp> operations) => operations.Count switch
    {
        0 => false,
        1 when operations[0].RequestCase != Wire.RequestOp.RequestOneofCase.RequestTxn => false,
        _ => TryCollect(operations) is null,
    };

    private static TransactionWrites? TryCollect(RepeatedField<Wire.RequestOp> operations)
    {
        var writes = new TransactionWrites(KeyIntervals.OfDeletes(operations));
        for (var i = 0; i < operations.Count; i++)
        {
            if (operations[i].RequestCase == Wire.RequestOp.RequestOneofCase.RequestTxn
                && !writes.TryAddNested(operations[i].RequestTxn))
            {
                return null;
            }
        }

        for (var i = 0; i < operations.Count; i++)
        {
            if (operations[i].RequestCase == Wire.RequestOp.RequestOneofCase.RequestPut
                && !writes.TryAddPut(RequestTranslation.ToKey(operations[i].RequestPut.Key), ImmutableHashSet<Key>.Empty))
            {
                return null;
            }
        }

        return writes;
    }

    private bool TryAddNested(Wire.TxnRequest nested)
    {
        if (TryCollect(nested.Success) is not { } success || TryCollect(nested.Failure) is not { } failure)
        {
            return false;
        }

        foreach (var key in success._puts)
        {
            if (!TryAddPut(key, ImmutableHashSet<Key>.Empty))
            {
                return false;
            }
        }

        foreach (var key in failure._puts)
        {
            if (!TryAddPut(key, success._puts))
            {
                return false;
            }
        }

        _deletes.UnionWith(success._deletes);
        _deletes.UnionWith(failure._deletes);
        return true;
    }

    private bool TryAddPut(Key key, IReadOnlySet<Key> exclusive) =>
        (_puts.Add(key) || exclusive.Contains(key)) && !_deletes.Contains(key);
}
