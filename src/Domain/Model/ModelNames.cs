namespace StateServer.Domain.Model;

/// <summary>What names may look like. Pure; for those who take them from people too.</summary>
public static class ModelNames
{
    /// <summary>What is right for a service's name, for messages.</summary>
    public const string ServiceRule = "small letters, digits and single hyphens, a letter first, at most 63 characters";

    /// <summary>What is right for a zone's name, for messages.</summary>
    public const string ZoneRule = "1 to 63 visible ASCII characters without \"/\", \",\" and \"=\"";

    /// <summary>True for a service's name: as a DNS label, so that it can be part of one.</summary>
    public static bool IsService(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > ModelLimits.LongestServiceName || !char.IsAsciiLetterLower(name[0]) || name[^1] == '-')
        {
            return false;
        }

        for (var i = 0; i < name.Length; i++)
        {
            var isPlain = char.IsAsciiLetterLower(name[i]) || char.IsAsciiDigit(name[i]);
            if (!isPlain && (name[i] != '-' || name[i - 1] == '-'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True for a zone's name: anything that a provider may use and that a directive, a list and a key can hold.</summary>
    public static bool IsZone(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= ModelLimits.LongestZoneName && IsVisible(name) && name.AsSpan().IndexOfAny("/,=") < 0;
    }

    /// <summary>True for any other name: 1 to 255 visible ASCII characters.</summary>
    public static bool IsName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= ModelLimits.LongestName && IsVisible(name);
    }

    private static bool IsVisible(string name) => !name.AsSpan().ContainsAnyExceptInRange('!', '~');
}
