using StateServer.Domain.Keyspace;
using StateServer.Domain.Model.Changes;

namespace StateServer.Domain.Model.View;

/// <summary>Writes what a command changed of the model's view into the keyspace. A value that did not change is not written again.</summary>
internal static class ModelPublisher
{
    /// <summary>Puts and deletes, in a fixed order: environment, machines, services, units, zones, each ascending.</summary>
    public static void Publish(ModelDraft draft, KeyspaceBuilder keyspace)
    {
        if (draft.IsEnvironmentChanged)
        {
            Write(keyspace, ModelKeys.Environment, ModelView.Render(draft.Settings, draft.Notice, draft.IsRestored));
        }

        Publish(draft.Machines, keyspace, ModelKeys.Machine, ModelView.Render);
        Publish(draft.Services, keyspace, ModelKeys.Service, ModelView.Render);
        Publish(draft.Units, keyspace, ModelKeys.Unit, ModelView.Render);
        Publish(draft.Zones, keyspace, ModelKeys.ZoneOf, ModelView.Render);
    }

    /// <summary>Puts a value where it is another one than before.</summary>
    public static void Write(KeyspaceBuilder keyspace, Key key, byte[] value)
    {
        if (keyspace.View.Get(key) is not { } before || !before.Value.Span.SequenceEqual(value))
        {
            keyspace.Put(key, value, default);
        }
    }

    /// <summary>Deletes a key where it is there.</summary>
    public static void Delete(KeyspaceBuilder keyspace, Key key)
    {
        if (keyspace.View.Get(key) is { } gone)
        {
            keyspace.Delete(gone);
        }
    }

    private static void Publish<TKey, TRecord>(
        RecordTable<TKey, TRecord> table, KeyspaceBuilder keyspace, Func<TKey, Key> keyOf, Func<TRecord, byte[]> render)
        where TKey : struct
        where TRecord : class
    {
        foreach (var changed in table.Changed)
        {
            var key = keyOf(changed);
            if (table.TryGet(changed, out var record))
            {
                Write(keyspace, key, render(record));
            }
            else
            {
                Delete(keyspace, key);
            }
        }
    }
}
