namespace StateServer.Domain.Identity;

/// <summary>
/// Names one environment for ever: a random non-zero number minted at bootstrap, which instances are tagged with. A restored
/// environment keeps it, unlike the cluster's id: what runs is still its own.
/// </summary>
/// <param name="Value">The raw number; zero means "none" and is never minted.</param>
public readonly record struct EnvironmentId(ulong Value) : IComparable<EnvironmentId>
{
    /// <summary>True for the zero value, which names nothing.</summary>
    public bool IsNone => Value == 0;

    /// <inheritdoc/>
    public int CompareTo(EnvironmentId other) => Value.CompareTo(other.Value);

    /// <summary>The decimal form, as it appears in json and on command lines.</summary>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
