using StateServer.Consensus.Log;
using StateServer.Consensus.Membership;

namespace StateServer.Consensus.Raft;

/// <content>Which configuration is in force: the newest in the log, from its append on, until it is truncated.</content>
internal sealed partial class RaftLog
{
    /// <summary>Bytes read at once while looking for configurations at start.</summary>
    private const int RecoveryReadBytes = 4 * 1024 * 1024;

    private readonly ConfigurationStack _configurations;
    private ClusterConfiguration _top;

#if PLANTED_ConfigurationOnApply
    /// <summary>Raised after another configuration was applied.</summary>
    public event Action? ConfigurationApplied;
#endif

    /// <summary>The configuration in force: the newest in the log, committed or not.</summary>
    public ClusterConfiguration Configuration => Volatile.Read(ref _top);

    /// <summary>The index of the entry that brought <see cref="Configuration"/>.</summary>
    public long ConfigurationIndex
    {
        get
        {
            lock (_lock)
            {
                return _configurations.TopIndex;
            }
        }
    }

    /// <summary>The configuration in force, and the index of the entry that brought it: 0 for a new cluster's first one.</summary>
    public (long Index, ClusterConfiguration Configuration) NewestConfiguration
    {
        get
        {
            lock (_lock)
            {
                return (_configurations.TopIndex, _configurations.Top);
            }
        }
    }

    /// <summary>The configuration in force at an index.</summary>
    public ConfigurationInForce ConfigurationAt(long index)
    {
        lock (_lock)
        {
            var (at, configuration) = _configurations.At(index);
            return new(at, configuration.Encode());
        }
    }

#if PLANTED_ConfigurationOnApply
    /// <summary>What was applied is in force, and nothing newer.</summary>
    public void Applied(long index)
    {
        lock (_lock)
        {
            Volatile.Write(ref _top, _configurations.At(index).Configuration);
        }

        ConfigurationApplied?.Invoke();
    }
#endif

    /// <summary>The configurations that the log holds behind the first one.</summary>
    private void Load()
    {
        var records = new List<LogRecord>();
        for (var next = _store.FirstIndex; next <= _store.LastIndex; next += records.Count)
        {
            records.Clear();
            _store.Read(next, _store.LastIndex, RecoveryReadBytes, records);
            foreach (var record in records)
            {
                if (record.Kind == RecordKind.Configuration && record.Index > _configurations.TopIndex)
                {
                    _configurations.Push(record.Index, ClusterConfiguration.Decode(record.Payload.Span));
                }
            }
        }
    }

    private void Push(long index, ClusterConfiguration configuration)
    {
        foreach (var gone in _top.Voters.Where(voter => !configuration.Contains(voter)))
        {
            _gate.Forget(gone);
        }

        _configurations.Push(index, configuration);
        PutInForce();
    }

    private void PutInForce()
    {
#if !PLANTED_ConfigurationOnApply
        Volatile.Write(ref _top, _configurations.Top);
#endif
    }
}
