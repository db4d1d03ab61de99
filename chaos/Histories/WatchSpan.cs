namespace StateServer.Chaos.Histories;

/// <summary>What one watch saw from its creation to its end: a watcher that resumes has several. Written by one task, read after it.</summary>
/// <param name="watcher">Whose it is.</param>
/// <param name="member">The member that served it.</param>
/// <param name="aim">What was asked for.</param>
/// <param name="askedRevision">The first revision asked for; 0 for what comes next.</param>
internal sealed class WatchSpan(string watcher, string member, WatchAim aim, long askedRevision)
{
    private readonly List<WatchAnswer> _answers = [];

    public string Watcher => watcher;

    public string Member => member;

    public WatchAim Aim => aim;

    public long AskedRevision => askedRevision;

    /// <summary>The revision in the header of its confirmation; null before that.</summary>
    public long? ConfirmedAt { get; set; }

    /// <summary>Where history began when it was cancelled for being behind that; null where it was not.</summary>
    public long? CompactRevision { get; set; }

    public IReadOnlyList<WatchAnswer> Answers => _answers;

    /// <summary>The first revision that it must tell of; null where it told nothing.</summary>
    public long? FirstRevision => askedRevision > 0 ? askedRevision : ConfirmedAt + 1;

    /// <summary>The last revision that it told of as a whole, by events or by a notification; 0 before there is one.</summary>
    public long LastRevision { get; private set; }

    public void Add(WatchAnswer answer)
    {
        _answers.Add(answer);
        long told = answer.Changes.Count == 0 ? answer.Revision
            : answer.IsFragment ? answer.Changes[^1].Revision - 1
            : answer.Changes[^1].Revision;
        LastRevision = Math.Max(LastRevision, told);
    }

    public override string ToString() => $"{watcher} at {member} from {(askedRevision == 0 ? "now" : $"{askedRevision}")} on";
}
