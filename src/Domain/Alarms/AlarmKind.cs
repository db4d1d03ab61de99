namespace StateServer.Domain.Alarms;

/// <summary>What an alarm is about; the numbers are etcd's.</summary>
public enum AlarmKind
{
    /// <summary>No alarm.</summary>
    None = 0,

    /// <summary>A member's disk is full: only deletes and what keeps the cluster going are accepted.</summary>
    NoSpace = 1,

    /// <summary>A member's state differs from the majority's.</summary>
    Corrupt = 2,
}
