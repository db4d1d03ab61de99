using StateServer.Protos.Operator;

namespace StateServer.Bench.Healing;

/// <summary>
/// How far a cluster is with replacing one of its members, from one look at it after the other; each step counts from the first
/// look that shows it. Not thread-safe.
/// </summary>
/// <param name="replaced">The member that is lost or is to go.</param>
/// <param name="target">How many are to vote.</param>
internal sealed class HealingProgress(ulong replaced, int target)
{
    private const string HasVote = "has-vote";
    private const string Lost = "lost";
    private const string Voting = "voting";

    /// <summary>Phases of a member that has joined.</summary>
    private static readonly string[] JoinedPhases = ["learning", Voting, "suspect"];

    /// <summary>When it was declared lost, or was gone; null as long as it isn't.</summary>
    public TimeSpan? DeclaredLost { get; private set; }

    /// <summary>When its replacement had started and joined; null as long as it hasn't.</summary>
    public TimeSpan? Joined { get; private set; }

    /// <summary>When another one led; null as long as none does.</summary>
    public TimeSpan? AnotherLed { get; private set; }

    /// <summary>When as many voted as are to, without it; null as long as they don't.</summary>
    public TimeSpan? Voted { get; private set; }

    /// <summary>When it was removed, and nothing was under way any more; null as long as it isn't so.</summary>
    public TimeSpan? Whole { get; private set; }

    /// <summary>The last look in a line, for a failure.</summary>
    public string LastSeen { get; private set; } = "no member answered";

    /// <summary>Takes a look into account.</summary>
    /// <param name="at">When it was taken, from the loss on.</param>
    /// <param name="seen">What a member answered.</param>
    public void Note(TimeSpan at, ListMembersResponse seen)
    {
        Member? old = seen.Members.FirstOrDefault(member => member.Id == replaced);
        Member[] others = [.. seen.Members.Where(member => member.Id != replaced)];
        Member? newcomer = others.FirstOrDefault(member => member.HasReplaces && member.Replaces == replaced);
        bool allVote = others.Count(member => member.Vote == HasVote) == target;
        if (old is null || old.Phase == Lost)
        {
            DeclaredLost ??= at;
        }
        if (allVote || (newcomer is not null && JoinedPhases.Contains(newcomer.Phase)))
        {
            Joined ??= at;
        }
        if (others.Any(member => member.Leads))
        {
            AnotherLed ??= at;
        }
        if (allVote)
        {
            Voted ??= at;
        }
        if (allVote && old is null && others.Length == target && seen.Operation.Length == 0 && others.All(member => member.Phase == Voting))
        {
            Whole ??= at;
        }
        LastSeen = string.Join("; ", seen.Members.Select(member => $"{member.Name} {member.Phase} {member.Vote} {member.Reason}".TrimEnd()))
            + (seen.Operation.Length > 0 ? $"; {seen.Operation}" : "");
    }
}
