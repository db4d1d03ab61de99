namespace StateServer.Domain.Identity;

/// <summary>Numbers one machine of the environment, from 0 on, as Juju counts them; never used again.</summary>
/// <param name="Value">From 0 to 2,147,483,647.</param>
public readonly record struct MachineId(int Value) : IComparable<MachineId>
{
    /// <inheritdoc/>
    public int CompareTo(MachineId other) => Value.CompareTo(other.Value);

    /// <summary>The decimal form, as it appears in json and on command lines.</summary>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
