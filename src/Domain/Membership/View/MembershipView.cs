using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Model.View;

namespace StateServer.Domain.Membership.View;

/// <summary>
/// The membership as any etcd client may read it, as the model (<see cref="ModelView"/>): ids are decimal strings, times Unix
/// milliseconds. What isn't set is left out. Pure.
/// </summary>
internal static class MembershipView
{
    /// <summary>All keys and values, from scratch. Of a state of feature level 4 or more.</summary>
    public static IEnumerable<(Key Key, byte[] Value)> RenderAll(ReplicatedState state)
    {
        var membership = state.Membership;
        yield return (ModelKeys.Membership, Render(membership));
        foreach (var id in state.Members.Keys.Union(membership.Standings.Keys).Order())
        {
            state.Members.TryGetValue(id, out var member);
            membership.Standings.TryGetValue(id, out var standing);
            yield return (ModelKeys.Member(id), Render(member, standing, membership.Voters.Contains(id))!);
        }
    }

    public static byte[] Render(MembershipState membership)
    {
        var json = ModelView.Begin().Add("target", membership.Target);
        AddWish(json, membership.Wish);
        AddIds(json, "voters", membership.Voters);
        if (membership.Operation is { } operation)
        {
            json.BeginObject("operation")
                .Add("id", operation.Id)
                .Add("kind", MembershipWords.Of(operation.Kind));
            AddIds(json, "promote", operation.Promote);
            AddIds(json, "remove", operation.Remove);
            json.Add("promoteFirst", operation.PromoteFirst)
                .Add("undoing", operation.Undoing)
                .Add("reason", operation.Reason)
                .Add("since", operation.SinceMilliseconds)
                .EndObject();
        }

        json.Add("lastOperation", membership.LastOperation).Add("removed", membership.Tombstones.Count);
        if (membership.Pause is { } pause)
        {
            json.BeginObject("pause");
            if (pause.UntilMilliseconds != long.MaxValue)
            {
                json.Add("until", pause.UntilMilliseconds);
            }

            json.Add("why", pause.Why).EndObject();
        }

        json.BeginList("replacements");
        foreach (var at in membership.Replacements)
        {
            json.Add(null, at);
        }

        return json.EndList().Add("shortSince", membership.ShortSinceMilliseconds)
            .Add("fullSince", membership.FullSinceMilliseconds).EndObject().ToBytes();
    }

    /// <summary>One member; null where it is neither registered nor expected.</summary>
    public static byte[]? Render(MemberRecord? member, MemberStanding? standing, bool votes)
    {
        if (member is null && standing is null)
        {
            return null;
        }

        var json = ModelView.Begin()
            .Add("id", (member?.Id ?? standing!.Id).ToString())
            .Add("name", member?.Name ?? standing!.Name)
            .Add("votes", votes)
            .Add("mark", MembershipWords.Of(standing?.Mark ?? MemberMark.Member));
        AddIfKnown(json, "zone", (member?.Zone ?? standing?.Zone)?.Name);
        if (member is not null)
        {
            json.Add("peerAddress", member.PeerAddress)
                .AddList("clientUrls", member.ClientUrls)
                .Add("version", member.Version)
                .Add("joinedAt", member.JoinedAt.ToUnixTimeMilliseconds());
        }

        if (standing is not null)
        {
            Add(json, standing);
        }

        return json.EndObject().ToBytes();
    }

    private static void Add(JsonText json, MemberStanding standing)
    {
        if (standing.Machine is { } machine)
        {
            json.Add("machine", machine.Value);
        }

        AddIfKnown(json, "replaces", standing.Replaces?.ToString());
        json.Add("reason", standing.Reason)
            .Add("since", standing.SinceMilliseconds)
            .Add("awayUntil", standing.AwayUntilMilliseconds);
    }

    private static void AddWish(JsonText json, MemberWish wish)
    {
        json.BeginObject("wish");
        AddIfKnown(json, "series", wish.Series);
        if (wish.Constraints is { } constraints)
        {
            ModelView.AddConstraints(json, constraints);
        }

        if (!wish.To.IsEmpty)
        {
            json.AddList("to", wish.To.Select(directive => directive.ToString()));
        }

        json.EndObject();
    }

    private static void AddIfKnown(JsonText json, string name, string? value)
    {
        if (value is not null)
        {
            json.Add(name, value);
        }
    }

    private static void AddIds(JsonText json, string name, IReadOnlyCollection<NodeId> ids) =>
        json.AddList(name, ids.Select(id => id.ToString()));
}
