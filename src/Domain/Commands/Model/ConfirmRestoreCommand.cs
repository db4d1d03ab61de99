namespace StateServer.Domain.Commands.Model;

/// <summary>
/// From an operator: the environment that this restored or recovered cluster describes is its own again. From then on what earlier incarnations
/// launched is ended and replaced. Refused where nothing was restored, or it is confirmed already.
/// </summary>
public sealed record ConfirmRestoreCommand : ModelCommand;
