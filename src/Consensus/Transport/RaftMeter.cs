using System.Diagnostics.Metrics;

namespace StateServer.Consensus.Transport;

/// <summary>The instruments' home.</summary>
internal static class RaftMeter
{
    /// <summary>The meter's name, as exporters are told it.</summary>
    public const string Name = "StateServer.Consensus";

    /// <summary>The meter.</summary>
    public static readonly Meter Meter = new(Name);
}
