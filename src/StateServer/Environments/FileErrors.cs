using System.Collections.Immutable;

namespace StateServer.Environments;

/// <summary>All that is wrong with a file, by line. Not thread-safe.</summary>
/// <param name="file">The file, as messages name it.</param>
internal sealed class FileErrors(string file)
{
    /// <summary>Most lines that are told: a file with more errors is of another kind.</summary>
    public const int Most = 100;

    private readonly List<(int Line, string Message)> _errors = [];

    /// <summary>How many there are, the untold ones too.</summary>
    public int Count { get; private set; }

    /// <summary>Adds one. A message says what is wrong and what would be right, and shows no secret.</summary>
    /// <param name="line">From 1 on.</param>
    /// <param name="message">One line.</param>
    public void Add(int line, string message)
    {
        Count++;
        if (_errors.Count < Most)
        {
            _errors.Add((line, message));
        }
    }

    /// <summary>As they are printed, <c>FILE:LINE: message</c>, in the file's order.</summary>
    public ImmutableArray<string> Lines()
    {
        IEnumerable<string> lines = _errors.OrderBy(e => e.Line).Select(e => $"{file}:{e.Line}: {e.Message}");
        return [.. Count > Most ? lines.Append($"{file}: and {Count - Most} more") : lines];
    }
}
