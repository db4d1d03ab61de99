namespace StateServer.Domain.Model;

/// <summary>How far a machine is. Numbers are on disk: append only.</summary>
public enum MachineStatus
{
    /// <summary>It has no launch attempt under way: it waits for a zone, for back-off or for an operator.</summary>
    Pending = 1,

    /// <summary>A launch attempt is committed; its outcome is not known yet.</summary>
    Launching = 2,

    /// <summary>The provider launched it; its agent was not heard yet.</summary>
    Starting = 3,

    /// <summary>Its agent reports.</summary>
    Running = 4,

    /// <summary>Committed as lost: its units are placed elsewhere, and if it comes back it must first stop them.</summary>
    Lost = 5,

    /// <summary>Its instance is being terminated; the record goes when the provider has confirmed it.</summary>
    Terminating = 6,
}
