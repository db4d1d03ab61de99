using System.Text;

namespace StateServer.Api.Model;

/// <summary>The names of enum members as they are told to people and programs: <c>BackingOff</c> is <c>backing-off</c>.</summary>
internal static class KebabName
{
    /// <summary>The name of a value.</summary>
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum
    {
        var name = new StringBuilder();
        foreach (char c in value.ToString())
        {
            if (char.IsAsciiLetterUpper(c) && name.Length > 0)
            {
                name.Append('-');
            }

            name.Append(char.ToLowerInvariant(c));
        }

        return name.ToString();
    }
}
