using System.Globalization;

namespace StateServer.Client;

/// <summary>Names one write of a session: whoever sends it again under this id gets the first outcome, and nothing is done twice.</summary>
/// <param name="Session">The session.</param>
/// <param name="Sequence">The write's number in it, from 1.</param>
public readonly record struct WriteId(long Session, long Sequence)
{
    private const char Between = '/';

    /// <summary>Reads what <see cref="ToString"/> wrote; null where it is none.</summary>
    public static WriteId? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(Between);
        return parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var session)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            && session > 0
            && sequence > 0
                ? new WriteId(session, sequence)
                : null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Session}{Between}{Sequence}");
}
