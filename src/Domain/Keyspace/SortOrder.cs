namespace StateServer.Domain.Keyspace;

/// <summary>The order of a range's result; the numbers are etcd's.</summary>
public enum SortOrder
{
    /// <summary>Not sorted: by key, ascending, in effect. Ascending if the target is not the key.</summary>
    None = 0,

    /// <summary>Lowest first.</summary>
    Ascend = 1,

    /// <summary>Highest first.</summary>
    Descend = 2,
}
