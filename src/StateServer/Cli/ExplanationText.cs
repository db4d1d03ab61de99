using System.Text;
using Google.Protobuf.Collections;
using StateServer.Protos.Operator;
using StateServer.Reports.Formats;

namespace StateServer.Cli;

/// <summary>The answer of <c>explain</c>, as text and as fields.</summary>
internal static class ExplanationText
{
    /// <summary>Lines for people.</summary>
    public static string Of(ExplainResponse answer)
    {
        var text = new StringBuilder();
        text.AppendLine(answer.Summary);
        if (answer.Decided.Length > 0)
        {
            text.AppendLine($"Decided last: {answer.Decided}");
        }

        if (answer.Awaited.Count > 0)
        {
            text.AppendLine("Awaited:");
            foreach (string awaited in answer.Awaited)
            {
                text.AppendLine($"- {awaited}");
            }
        }

        AddCandidates(text, "Zones considered:", answer.Zones);
        AddCandidates(text, "Machines considered:", answer.Machines);
        if (answer.Attempts.Count > 0)
        {
            text.AppendLine("Launches so far:");
            TextTable.Write(text, [.. answer.Attempts.Select(a => new[]
            {
                $"- {a.Number}", a.Zone, a.Outcome, Rfc3339Time.Format(a.BegunAt.ToDateTimeOffset()), a.Detail,
            })]);
        }

        if (answer.History.Count > 0)
        {
            text.AppendLine("What happened:");
            TextTable.Write(text, [.. answer.History.Select(e => new[] { $"- {Rfc3339Time.Format(e.At.ToDateTimeOffset())}", e.Kind, e.Text })]);
        }

        if (answer.WithoutPlan.Length > 0)
        {
            text.AppendLine($"Zones and machines can't be told: {answer.WithoutPlan}");
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>What json shows.</summary>
    public static object Fields(ExplainResponse answer) => new
    {
        answer.Revision,
        answer.Subject,
        answer.Summary,
        answer.Awaited,
        Zones = answer.Zones.Select(Fields),
        Machines = answer.Machines.Select(Fields),
        Attempts = answer.Attempts.Select(a => new
        {
            a.Number,
            a.Zone,
            a.Outcome,
            a.Detail,
            BegunAt = a.BegunAt.ToDateTimeOffset(),
            EndedAt = a.EndedAt?.ToDateTimeOffset(),
        }),
        WithoutPlan = answer.WithoutPlan.Length == 0 ? null : answer.WithoutPlan,
        Decided = answer.Decided.Length == 0 ? null : answer.Decided,
        History = answer.History.Select(e => new { e.Number, At = e.At.ToDateTimeOffset(), e.Kind, e.Subject, e.Text }),
    };

    private static void AddCandidates(StringBuilder text, string heading, RepeatedField<Candidate> candidates)
    {
        if (candidates.Count == 0)
        {
            return;
        }

        text.AppendLine(heading);
        TextTable.Write(text, [.. candidates.Select(c => new[]
        {
            $"- {c.Name}",
            c.Chosen ? "chosen" : c.FilteredBy.Length > 0 ? $"left out by {c.FilteredBy}" : "possible",
            string.Join(' ', c.Scores.Select(s => $"{s.Rule}={s.Value}")),
            c.Reason,
        })]);
    }

    private static object Fields(Candidate candidate) => new
    {
        candidate.Name,
        candidate.Chosen,
        FilteredBy = candidate.FilteredBy.Length == 0 ? null : candidate.FilteredBy,
        candidate.Reason,
        Scores = candidate.Scores.Select(s => new { s.Rule, s.Value }),
    };
}
