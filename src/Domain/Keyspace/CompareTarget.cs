namespace StateServer.Domain.Keyspace;

/// <summary>What a transaction's condition looks at; the numbers are etcd's.</summary>
public enum CompareTarget
{
    /// <summary>The key's version.</summary>
    Version = 0,

    /// <summary>The create revision.</summary>
    Create = 1,

    /// <summary>The mod revision.</summary>
    Mod = 2,

    /// <summary>The value's bytes.</summary>
    Value = 3,

    /// <summary>The lease's id.</summary>
    Lease = 4,
}
