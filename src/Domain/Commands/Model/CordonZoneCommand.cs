using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>Says whether anything more may be placed in a zone.</summary>
/// <param name="Zone">The zone; whether the provider has it is for the proposer to check.</param>
/// <param name="Cordoned">True to keep it as it is.</param>
public sealed record CordonZoneCommand(Zone Zone, bool Cordoned) : ModelCommand;
