using System.Collections.Immutable;

namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>An environment's instances as a provider listed them.</summary>
/// <param name="Instances">Ascending by id. Terminated ones may be among them for a while.</param>
/// <param name="Gap">Why instances may be missing, in one line; empty where the listing is complete.</param>
public sealed record InstanceListing(ImmutableArray<Instance> Instances, string Gap)
{
    /// <summary>True where what isn't listed doesn't exist. Only then does absence mean anything.</summary>
    public bool IsComplete => Gap.Length == 0;
}
