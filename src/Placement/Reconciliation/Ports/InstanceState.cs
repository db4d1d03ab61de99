namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>How a provider sees an instance.</summary>
public enum InstanceState
{
    /// <summary>It was launched and doesn't run yet.</summary>
    Pending = 1,

    /// <summary>It runs.</summary>
    Running = 2,

    /// <summary>It doesn't run and still exists: it may come back, so it is lost only by its silence.</summary>
    Stopped = 3,

    /// <summary>It is being ended, and may still run.</summary>
    Terminating = 4,

    /// <summary>It has ended for good: nothing of it runs, and nothing will.</summary>
    Terminated = 5,
}
