namespace StateServer.Agent.Units;

/// <summary>How long a unit that ended waits for its next start: 1 s, doubled each time up to 60 s, and 1 s again after 60 s of health. Not thread-safe.</summary>
internal sealed class RestartBackoff
{
    /// <summary>The first wait.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>A run that lasted so long was a healthy one.</summary>
    public static readonly TimeSpan Healthy = TimeSpan.FromSeconds(60);

    private TimeSpan _next = Shortest;

    /// <summary>The wait after a run.</summary>
    /// <param name="lasted">How long it lasted.</param>
    public TimeSpan After(TimeSpan lasted)
    {
        TimeSpan wait = lasted >= Healthy ? Shortest : _next;
        _next = wait * 2 < Longest ? wait * 2 : Longest;
        return wait;
    }
}
