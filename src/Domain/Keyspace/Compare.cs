namespace StateServer.Domain.Keyspace;

/// <summary>One condition of a transaction; over a range it must hold for every key in it (an absent single key compares as zeros).</summary>
/// <param name="Range">The key or keys.</param>
/// <param name="Target">What is compared.</param>
/// <param name="Result">The relation that must hold.</param>
/// <param name="Number">The operand of a version, revision or lease comparison.</param>
/// <param name="Value">The operand of a value comparison.</param>
public sealed record Compare(KeyRange Range, CompareTarget Target, CompareResult Result, long Number, ReadOnlyMemory<byte> Value);
