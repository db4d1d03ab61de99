namespace StateServer.Placement.Planning.Losses;

/// <summary>What a rule says of a machine.</summary>
/// <param name="IsLost">True where it is to be declared lost.</param>
/// <param name="Reason">Why, or what is awaited, in one line.</param>
/// <param name="LookAgainInMilliseconds">When time alone may change it; null where it doesn't.</param>
internal sealed record LossFinding(bool IsLost, string Reason, long? LookAgainInMilliseconds);
