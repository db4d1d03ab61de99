namespace StateServer.Domain.Commands;

/// <summary>Raises the feature level in force; rejected above the lowest level of all registered members, ignored below the one in force.</summary>
/// <param name="Level">The new level.</param>
public sealed record RaiseFeatureLevelCommand(int Level) : Command;
