using System.Diagnostics.Metrics;

namespace StateServer.Consensus.Replica;

/// <summary>The instruments of the replica; the meter's name is shared by the whole of Consensus.</summary>
internal static class ReplicaMeter
{
    /// <summary>The meter's name, as exporters are told it.</summary>
    public const string Name = "StateServer.Consensus";

    /// <summary>The meter.</summary>
    public static readonly Meter Meter = new(Name);
}
