namespace StateServer.Domain.Model;

/// <summary>What a unit does, as its agent reported last. Numbers are on disk: append only.</summary>
public enum UnitStatus
{
    /// <summary>It was not started yet: no machine, or its agent has not taken it up.</summary>
    Pending = 1,

    /// <summary>Its process was started.</summary>
    Running = 2,

    /// <summary>Its process ended and waits for its next start.</summary>
    BackingOff = 3,

    /// <summary>It is being stopped.</summary>
    Stopping = 4,

    /// <summary>Its process has ended and is not started again on this assignment.</summary>
    Stopped = 5,
}
