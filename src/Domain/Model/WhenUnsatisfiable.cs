namespace StateServer.Domain.Model;

/// <summary>What is done where a service's greatest skew can't be held. Numbers are on disk: append only.</summary>
public enum WhenUnsatisfiable
{
    /// <summary>The unit is placed all the same, where the skew is least.</summary>
    Relax = 1,

    /// <summary>The unit waits.</summary>
    Refuse = 2,
}
