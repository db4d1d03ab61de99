using System.Globalization;
using System.Text.RegularExpressions;
using StateServer.Domain.Identity;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Providers.Local;

/// <summary>A local instance's name, which is its folder's too: made of the launch token and of what tells it from other environments' and incarnations' tokens.</summary>
internal static partial class InstanceName
{
    /// <summary>The name of what an attempt makes.</summary>
    public static InstanceId Of(InstanceTags tags, int attempt) => new(string.Create(
        CultureInfo.InvariantCulture, $"local-{tags.Environment.Value:x16}-{tags.Incarnation}-{tags.Machine}-{attempt}"));

    /// <summary>True for a name that <see cref="Of"/> could have made: nothing else may become part of a path.</summary>
    public static bool IsOne(string name) => Form().IsMatch(name);

    [GeneratedRegex(@"\Alocal-[0-9a-f]{16}-[0-9]{1,19}-[0-9]{1,10}-[0-9]{1,10}\z")]
    private static partial Regex Form();
}
