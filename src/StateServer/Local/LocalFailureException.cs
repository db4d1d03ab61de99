namespace StateServer.Local;

/// <summary>The local cluster can't be brought up or down as asked.</summary>
/// <param name="wrongUse">True where what was asked for can't be right, and nothing was changed.</param>
/// <param name="lines">What is wrong, one line each.</param>
internal sealed class LocalFailureException(bool wrongUse, params IReadOnlyList<string> lines)
    : Exception(string.Join(Environment.NewLine, lines))
{
    /// <summary>True where what was asked for can't be right.</summary>
    public bool WrongUse { get; } = wrongUse;

    /// <summary>What is wrong, one line each.</summary>
    public IReadOnlyList<string> Lines { get; } = lines;
}
