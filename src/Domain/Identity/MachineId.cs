namespace StateServer.Domain.Identity;

/// <summary>Numbers one machine of the environment, from 0 on, as Juju counts them; never used again.</summary>
/// <param name="Value">From 0 to 2,147,483,647.</param>
public readonly record struct MachineId(int Value) : IComparable<MachineId>
{
    /// <summary>Reads such as <c>3</c>.</summary>
    /// <returns>Null, or in one line what was wrong and what would be right.</returns>
    public static string? TryParse(string text, out MachineId machine)
    {
        bool right = TryParseNumber(text, out int number);
        machine = right ? new MachineId(number) : default;
        return right ? null : $"invalid machine {Quoted.Text(text)}; give its number, such as 3";
    }

    /// <summary>A decimal number as it is printed: digits alone, no zero in front.</summary>
    internal static bool TryParseNumber(string text, out int number) =>
        int.TryParse(
            text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out number)
        && (text[0] != '0' || text.Length == 1);

    /// <inheritdoc/>
    public int CompareTo(MachineId other) => Value.CompareTo(other.Value);

    /// <summary>The decimal form, as it appears in json and on command lines.</summary>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
