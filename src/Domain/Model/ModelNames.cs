namespace StateServer.Domain.Model;

/// <summary>What names may look like that have no type of their own: series, addresses, versions, tags. Pure; for those who take them from people too.</summary>
public static class ModelNames
{
    /// <summary>True for a name: 1 to 255 visible ASCII characters.</summary>
    public static bool IsName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= ModelLimits.LongestName && !name.AsSpan().ContainsAnyExceptInRange('!', '~');
    }
}
