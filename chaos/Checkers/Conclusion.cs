namespace StateServer.Chaos.Checkers;

/// <summary>What a checker concluded.</summary>
internal enum Conclusion
{
    /// <summary>Everything seen can be explained.</summary>
    Holds,

    /// <summary>Something seen can't be explained.</summary>
    Violated,

    /// <summary>The time limit, or an interruption, came first.</summary>
    Undecided,
}
