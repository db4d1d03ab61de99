using StateServer.Domain.Identity;
using StateServer.Protos.Replica;

namespace StateServer.Consensus.Leases;

/// <summary>Questions about leases, and their answers, as messages between members.</summary>
internal static class LeaseWire
{
    /// <summary>A message of questions.</summary>
    public static LeasesRequest ToRequest(IEnumerable<LeaseQuestion> questions)
    {
        var request = new LeasesRequest();
        request.Questions.AddRange(questions.Select(
            question => new Protos.Replica.LeaseQuestion { Lease = question.Lease.Value, Renews = question.Renews }));
        return request;
    }

    /// <summary>The questions in a message.</summary>
    public static LeaseQuestion[] ToQuestions(LeasesRequest request) =>
        [.. request.Questions.Select(question => new LeaseQuestion(new LeaseId(question.Lease), question.Renews))];

    /// <summary>A message of answers.</summary>
    public static LeasesReply ToReply(IEnumerable<LeaseAnswer> answers)
    {
        var reply = new LeasesReply { Leads = true };
        reply.Answers.AddRange(answers.Select(answer => new Protos.Replica.LeaseAnswer
        {
            Verdict = answer.Verdict switch
            {
                LeaseVerdict.Alive => Protos.Replica.LeaseAnswer.Types.Verdict.Alive,
                LeaseVerdict.NotFound => Protos.Replica.LeaseAnswer.Types.Verdict.NotFound,
                _ => Protos.Replica.LeaseAnswer.Types.Verdict.Ending,
            },
            GrantedSeconds = answer.Time.GrantedSeconds,
            RemainingMilliseconds = (long)answer.Time.Remaining.TotalMilliseconds,
            Index = answer.Time.Index,
        }));
        return reply;
    }

    /// <summary>The answers in a message; one that says nothing this version knows leaves it open, and the leader is asked again.</summary>
    public static LeaseAnswer[] ToAnswers(LeasesReply reply) =>
    [
        .. reply.Answers.Select(answer => new LeaseAnswer(
            answer.Verdict switch
            {
                Protos.Replica.LeaseAnswer.Types.Verdict.Alive => LeaseVerdict.Alive,
                Protos.Replica.LeaseAnswer.Types.Verdict.NotFound => LeaseVerdict.NotFound,
                _ => LeaseVerdict.Ending,
            },
            new(answer.GrantedSeconds, TimeSpan.FromMilliseconds(answer.RemainingMilliseconds), answer.Index))),
    ];
}
