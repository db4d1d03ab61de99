using System.Text.RegularExpressions;

namespace StateServer.Cli;

/// <summary>
/// Which lines of progress are worth printing: one that says something else, at once; one in which only numbers moved, every few
/// seconds. Not thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed partial class ProgressPace(TimeProvider time)
{
    /// <summary>Often enough to see that it moves, and few lines in a log of it.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private string _shape = "";
    private string _told = "";
    private long _toldAt;

    /// <summary>Notes a line that is printed where this is true.</summary>
    public bool IsNews(string line)
    {
        string shape = Numbers().Replace(line, "#");
        if (line == _told || (shape == _shape && time.GetElapsedTime(_toldAt) < Pause))
        {
            return false;
        }

        (_shape, _told, _toldAt) = (shape, line, time.GetTimestamp());
        return true;
    }

    [GeneratedRegex(@"[0-9]+([.,][0-9]+)?")]
    private static partial Regex Numbers();
}
