namespace StateServer.Chaos.Checkers;

/// <summary>One checker's verdict on one run.</summary>
/// <param name="Checker">Its name.</param>
/// <param name="Conclusion">What it concluded.</param>
/// <param name="Detail">One line: what was checked, or what can't be explained.</param>
internal sealed record Verdict(string Checker, Conclusion Conclusion, string Detail)
{
    /// <summary>On a wait for what must come. Where it did not come and the wait was interrupted, nobody knows whether it would have.</summary>
    /// <param name="checker">The checker's name.</param>
    /// <param name="came">Whether it came.</param>
    /// <param name="detail">What was waited for, or what was there instead.</param>
    /// <param name="interruption">What ended the wait early, if it was ended.</param>
    public static Verdict OfWait(string checker, bool came, string detail, CancellationToken interruption) =>
        came ? new Verdict(checker, Conclusion.Holds, detail)
        : interruption.IsCancellationRequested ? new Verdict(checker, Conclusion.Undecided, $"interrupted: {detail}")
        : new Verdict(checker, Conclusion.Violated, detail);
}
