using System.Text;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Membership;

namespace StateServer.Domain.Model.View;

/// <summary>The keys of the model's readable view, under <see cref="KeyspaceState.ReservedPrefix"/>.</summary>
public static class ModelKeys
{
    /// <summary>The environment's settings.</summary>
    public static Key Environment { get; } = Of("environment");

    /// <summary>One machine: <c>machines/3</c>.</summary>
    public static Key Machine(MachineId machine) => Of($"machines/{machine}");

    /// <summary>One service: <c>services/web</c>.</summary>
    public static Key Service(ServiceName service) => Of($"services/{service}");

    /// <summary>One unit: <c>units/web/0</c>.</summary>
    public static Key Unit(UnitName unit) => Of($"units/{unit}");

    /// <summary>One zone of which something is remembered: <c>zones/a</c>.</summary>
    public static Key ZoneOf(Zone zone) => Of($"zones/{zone}");

    /// <summary>What is wanted of the members and under way: see <see cref="MembershipState"/>.</summary>
    public static Key Membership { get; } = Of("membership");

    /// <summary>One member, registered or expected: <c>members/17</c>.</summary>
    public static Key Member(NodeId member) => Of($"members/{member}");

    private static Key Of(string name) => new(Encoding.UTF8.GetBytes(KeyspaceState.ReservedPrefix + name));
}
