namespace StateServer.Chaos.Checkers;

/// <summary>One checker's verdict on one run.</summary>
/// <param name="Checker">Its name.</param>
/// <param name="Conclusion">What it concluded.</param>
/// <param name="Detail">One line: what was checked, or what can't be explained.</param>
internal sealed record Verdict(string Checker, Conclusion Conclusion, string Detail);
