namespace StateServer.Bench.Targets;

/// <summary>One member of a cluster under measurement.</summary>
/// <param name="Slot">Its place, from 0.</param>
/// <param name="Endpoint">The URL that clients dial.</param>
/// <param name="ProcessId">Its process.</param>
internal sealed record TargetMember(int Slot, string Endpoint, int ProcessId)
{
    /// <summary>Its id in the cluster; 0 where nobody asks for it.</summary>
    public ulong Id { get; init; }
}
