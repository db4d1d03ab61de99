namespace StateServer.Domain.Keyspace;

/// <summary>What a range's result is sorted by; the numbers are etcd's.</summary>
public enum SortTarget
{
    /// <summary>The key's bytes.</summary>
    Key = 0,

    /// <summary>The key's version.</summary>
    Version = 1,

    /// <summary>The create revision.</summary>
    Create = 2,

    /// <summary>The mod revision.</summary>
    Mod = 3,

    /// <summary>The value's bytes.</summary>
    Value = 4,
}
