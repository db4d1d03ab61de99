namespace StateServer.Domain.Keyspace;

/// <summary>The relation a transaction's condition asks for; the numbers are etcd's.</summary>
public enum CompareResult
{
    /// <summary>Equal.</summary>
    Equal = 0,

    /// <summary>Greater than the operand.</summary>
    Greater = 1,

    /// <summary>Less than the operand.</summary>
    Less = 2,

    /// <summary>Not equal.</summary>
    NotEqual = 3,
}
