using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Providers.Local;

/// <summary>A machine as its files show it now.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="State">Pending: its process was started and hasn't claimed its folder yet. Running: it has. Stopped: it is gone, and may be started again.</param>
public sealed record LocalMachineSight(LocalMachine Machine, InstanceState State);
