using StateServer.Domain.Identity;

namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>One instance as a provider sees it now.</summary>
/// <param name="Id">The provider's name of it.</param>
/// <param name="Tags">Whose it is.</param>
/// <param name="Attempt">The number of the launch attempt that made it.</param>
/// <param name="Zone">Where it stands.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Address">Where it can be reached, without a port; null while the provider knows none.</param>
public sealed record Instance(
    InstanceId Id, InstanceTags Tags, int Attempt, Zone Zone, InstanceState State, string? Address);
