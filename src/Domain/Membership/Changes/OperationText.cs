using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Membership.Changes;

/// <summary>An operation in words.</summary>
internal static class OperationText
{
    /// <summary>Such as <c>four gets a vote, and two loses it</c>.</summary>
    public static string Of(MembershipOperation operation, Func<NodeId, string> nameOf)
    {
        var promoted = operation.Promote.IsEmpty ? null : $"{Names(operation.Promote, nameOf)} {Verb(operation.Promote, "get")} a vote";
        var removed = operation.Remove.IsEmpty ? null : $"{Names(operation.Remove, nameOf)} {Verb(operation.Remove, "lose")} it";
        return (promoted, removed) switch
        {
            (not null, null) => promoted,
            (null, not null) => $"{Names(operation.Remove, nameOf)} {Verb(operation.Remove, "lose")} {(operation.Remove.Length == 1 ? "its vote" : "their votes")}",
            _ => $"{promoted}, and {removed}",
        };
    }

    private static string Names(ImmutableArray<NodeId> nodes, Func<NodeId, string> nameOf) => string.Join(" and ", nodes.Select(nameOf));

    private static string Verb(ImmutableArray<NodeId> nodes, string verb) => nodes.Length == 1 ? verb + "s" : verb;
}
