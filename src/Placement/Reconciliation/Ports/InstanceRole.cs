namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>What an instance is for. Numbers are in providers' records: append only.</summary>
public enum InstanceRole
{
    /// <summary>It hosts units alone: its process is the agent.</summary>
    Units = 1,

    /// <summary>It is a state server.</summary>
    StateServer = 2,
}
