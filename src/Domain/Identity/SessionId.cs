namespace StateServer.Domain.Identity;

/// <summary>
/// Names a client's session: 4096 times the log index of the entry that opened it, plus the command's place in that entry, so
/// it is unique and never reused.
/// </summary>
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
