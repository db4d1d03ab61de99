namespace StateServer.Chaos.Faults;

/// <summary>What became of a fault.</summary>
/// <param name="TookEffect">Seen to have taken effect, not merely asked for.</param>
/// <param name="Detail">One line: whom it hit.</param>
internal sealed record FaultEffect(bool TookEffect, string Detail);
