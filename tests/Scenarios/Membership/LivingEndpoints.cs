using System.Diagnostics;

namespace StateServer.Scenarios.Membership;

/// <summary>Where the state servers that live are reached; looked up anew a few times a second, since all of /proc is read for it. Thread-safe.</summary>
/// <param name="look">Looks.</param>
/// <param name="otherwise">Where none lives.</param>
internal sealed class LivingEndpoints(Func<string[]> look, string otherwise)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private string[] _seen = [];
    private long? _lookedAt;

    /// <summary>One of them, by turns.</summary>
    public string At(int turn)
    {
        lock (_gate)
        {
            if (_lookedAt is not { } looked || Stopwatch.GetElapsedTime(looked) > Fresh)
            {
                _seen = look();
                _lookedAt = Stopwatch.GetTimestamp();
            }

            return _seen.Length > 0 ? _seen[turn % _seen.Length] : otherwise;
        }
    }
}
