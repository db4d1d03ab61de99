namespace StateServer.Domain.Keyspace.Operations;

/// <summary>One operation on the keyspace; a transaction holds several.</summary>
public abstract record Operation;
