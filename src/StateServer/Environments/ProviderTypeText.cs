using System.Collections.Immutable;
using StateServer.Domain.Model;

namespace StateServer.Environments;

/// <summary>The types of environments as files and commands name them.</summary>
internal static class ProviderTypeText
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<ProviderType> All { get; } =
        [ProviderType.Local, ProviderType.Ec2, ProviderType.OpenStack, ProviderType.Azure];

    /// <summary>The word for one.</summary>
    public static string Format(ProviderType type) => type switch
    {
        ProviderType.Local => "local",
        ProviderType.Ec2 => "ec2",
        ProviderType.OpenStack => "openstack",
        ProviderType.Azure => "azure",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>The type a word names; null where it names none.</summary>
    public static ProviderType? Parse(string word)
    {
        foreach (ProviderType type in All)
        {
            if (Format(type) == word)
            {
                return type;
            }
        }

        return null;
    }
}
