using StateServer.Domain.Alarms;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Replica;

/// <summary>Whether this member may serve. Thread-safe.</summary>
/// <param name="self">This member.</param>
internal sealed class Standing(NodeId self)
{
    private bool _corrupt;
    private string? _divergence;

    /// <summary>True while the alarm CORRUPT is raised for this member: it serves nothing.</summary>
    public bool IsCorrupt => Volatile.Read(ref _corrupt);

    /// <summary>What the leader's comparison of digests said of this member; null where it agreed.</summary>
    public string? Divergence
    {
        get => Volatile.Read(ref _divergence);
        set => Volatile.Write(ref _divergence, value);
    }

    /// <summary>Why this member is not healthy as far as its state goes; null while it is.</summary>
    public string? Problem => IsCorrupt
        ? Divergence ?? "corrupt: its state differs from the majority's; replace this member"
        : Divergence;

    /// <summary>Looks at a new state.</summary>
    /// <returns>True where the alarm was raised or cleared by it.</returns>
    public bool Observe(ReplicatedState state)
    {
        var corrupt = !state.Alarms.IsEmpty && state.Alarms.Contains((self, AlarmKind.Corrupt));
        if (corrupt == _corrupt)
        {
            return false;
        }

        Volatile.Write(ref _corrupt, corrupt);
        return true;
    }
}
