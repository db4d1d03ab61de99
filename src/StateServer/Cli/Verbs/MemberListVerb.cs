using System.CommandLine;
using System.Text;
using StateServer.Protos.Operator;
using StateServer.Reports;
using StateServer.Reports.Formats;

namespace StateServer.Cli.Verbs;

/// <summary><c>member list</c>: the state servers, those that are expected among them.</summary>
internal static class MemberListVerb
{
    private static readonly string[] Heading = ["NAME", "ID", "MACHINE", "ZONE", "VOTE", "PHASE", "LEADER", "ADDRESS", "REASON"];

    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var serializable = new Option<bool>("--serializable") { Description = "Ask whoever answers for what it knows, without a leader too." };
        var verb = new Verb(
            "list",
            "List the state servers with their vote and phase, those that are expected among them.",
            "member list",
            "member list --format json");
        verb.Options.Add(serializable);
        new ModelCall().Serve(verb, async (parsed, session) =>
        {
            ListMembersResponse answer = await session.Client.ListMembersAsync(
                new ListMembersRequest { Serializable = parsed.GetValue(serializable) }, session.CancellationToken);
            await session.WriteAsync(TextOf(answer), new
            {
                answer.Revision,
                answer.Target,
                Operation = answer.Operation.Length > 0 ? answer.Operation : null,
                HealingPausedUntil = UntilOf(answer),
                HealingPausedWhy = answer.PausedWhy.Length > 0 ? answer.PausedWhy : null,
                Members = answer.Members.Select(FieldsOf),
                Membership = answer.Membership is null ? null : MembershipMessages.FromMessage(answer.Membership, TimeProvider.System.GetUtcNow()),
            });
        });
        return verb;
    }

    private static string TextOf(ListMembersResponse answer)
    {
        var text = new StringBuilder();
        TextTable.Write(text, [Heading, .. answer.Members.Select(RowOf)]);
        if (answer.Membership is not null)
        {
            MembershipSummary membership = MembershipMessages.FromMessage(answer.Membership, TimeProvider.System.GetUtcNow());
            int voters = answer.Members.Count(member => member.Vote is "has-vote" or "removing-vote");
            int lost = answer.Members.Count(member => member is { Vote: "removing-vote", Phase: "lost" });
            text.AppendJoin(Environment.NewLine, MembershipText.Lines(membership, voters, lost));
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>Null where it isn't paused, or a word alone ends it.</summary>
    private static DateTimeOffset? UntilOf(ListMembersResponse answer) =>
        answer.PausedUntilMilliseconds is > 0 and < long.MaxValue ? DateTimeOffset.FromUnixTimeMilliseconds(answer.PausedUntilMilliseconds) : null;

    private static string[] RowOf(Member member) =>
    [
        member.Name,
        member.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
        member.HasMachine ? member.Machine : "-",
        member.Zone,
        member.Vote,
        member.HasLearnedPercent ? $"{member.Phase} {member.LearnedPercent}%" : member.Phase,
        member.Leads ? "yes" : "",
        member.PeerAddress,
        member.Reason,
    ];

    private static object FieldsOf(Member member) => new
    {
        Id = member.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
        member.Name,
        Machine = member.HasMachine ? member.Machine : null,
        member.Zone,
        member.Vote,
        member.Phase,
        Reason = member.Reason.Length > 0 ? member.Reason : null,
        member.Leads,
        LearnedPercent = member.HasLearnedPercent ? (int?)member.LearnedPercent : null,
        LearnedInSeconds = member.HasLearnedInSeconds ? (long?)member.LearnedInSeconds : null,
        member.Degraded,
        Replaces = member.HasReplaces ? member.Replaces.ToString(System.Globalization.CultureInfo.InvariantCulture) : null,
        member.PeerAddress,
        member.ClientUrls,
    };
}
