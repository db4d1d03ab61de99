namespace StateServer.Domain.Commands.Model;

/// <summary>From the leader's loop: no zone is passed over any more, since all have failed. Cordons stay.</summary>
public sealed record ClearAvoidedZonesCommand : ModelCommand;
