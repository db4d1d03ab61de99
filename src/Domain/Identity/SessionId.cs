namespace StateServer.Domain.Identity;

/// <summary>Names a client's session: the log index of the command that opened it, so it is unique and never reused.</summary>
/// <param name="Value">The raw number; zero means "none" and is never minted.</param>
public readonly record struct SessionId(long Value) : IComparable<SessionId>
{
    /// <summary>True for the zero value, which names nothing.</summary>
    public bool IsNone => Value == 0;

    /// <inheritdoc/>
    public int CompareTo(SessionId other) => Value.CompareTo(other.Value);

    /// <summary>The decimal form, as it appears in json and on command lines.</summary>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
