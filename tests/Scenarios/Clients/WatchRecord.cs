using Etcdserverpb;
using Mvccpb;

namespace StateServer.Scenarios.Clients;

/// <summary>The events that a watcher of dotnet-etcd was given, in order. Thread-safe.</summary>
internal sealed class WatchRecord
{
    private readonly Lock _gate = new();
    private readonly List<Event> _events = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _events.Count;
            }
        }
    }

    public IReadOnlyList<Event> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    public Event? Last => All is [.., var last] ? last : null;

    public void Add(WatchResponse response)
    {
        lock (_gate)
        {
            _events.AddRange(response.Events);
        }
    }

    /// <summary>"kind key value revision previous-value" of each, the prefix taken off the keys.</summary>
    public IEnumerable<string> Texts(string prefix) => All.Select(seen =>
        $"{seen.Type} {seen.Kv.Key.ToStringUtf8()[prefix.Length..]} {seen.Kv.Value.ToStringUtf8()} {seen.Kv.ModRevision} {seen.PrevKv?.Value.ToStringUtf8()}");
}
