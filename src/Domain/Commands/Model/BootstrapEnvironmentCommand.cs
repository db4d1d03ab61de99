using StateServer.Domain.Model;

namespace StateServer.Domain.Commands.Model;

/// <summary>
/// Fixes the environment's settings, once. A second one is refused: where it would change a fixed setting, by that setting's name.
/// </summary>
/// <param name="Settings">The settings; the id is minted by the proposer.</param>
public sealed record BootstrapEnvironmentCommand(EnvironmentSettings Settings) : ModelCommand;
