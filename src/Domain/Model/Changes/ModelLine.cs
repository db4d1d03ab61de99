using System.Text;

namespace StateServer.Domain.Model.Changes;

/// <summary>A text as one line that is not too long: providers and agents say what they like.</summary>
internal static class ModelLine
{
    private const string Cut = " …";

    /// <summary>The text without control characters, cut at <see cref="ModelLimits.LongestLine"/> characters.</summary>
    public static string Of(string text)
    {
        var isLong = text.Length > ModelLimits.LongestLine;
        if (!isLong && !text.Any(char.IsControl))
        {
            return text;
        }

        var end = isLong ? ModelLimits.LongestLine - Cut.Length : text.Length;
        if (isLong && char.IsHighSurrogate(text[end - 1]))
        {
            end--;
        }

        var line = new StringBuilder(end);
        foreach (var one in text.AsSpan(0, end))
        {
            line.Append(char.IsControl(one) ? ' ' : one);
        }

        return isLong ? line.Append(Cut).ToString() : line.ToString();
    }
}
