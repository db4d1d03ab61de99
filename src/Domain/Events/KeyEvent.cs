using StateServer.Domain.Keyspace;

namespace StateServer.Domain.Events;

/// <summary>One change of one key, as watchers will see it.</summary>
/// <param name="IsDelete">True for a delete; <paramref name="Current"/> then carries only key and mod revision.</param>
/// <param name="Current">The new version.</param>
/// <param name="Previous">The version before, or null.</param>
public readonly record struct KeyEvent(bool IsDelete, KeyValue Current, KeyValue? Previous);
