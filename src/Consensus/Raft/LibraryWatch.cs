using Microsoft.Extensions.Logging;
using StateServer.Consensus.Log.Native;

namespace StateServer.Consensus.Raft;

/// <summary>
/// Looks at each heartbeat whether the library is still in action. It isn't where it gave up on itself after an error, nor where it
/// hangs: each message and change of state takes its lock, and where that can't be had, this member neither follows, votes nor
/// leads, while it answers all other calls and its peers hear it. It says so, which makes them count it as silent; and then
/// ends the process: what is on disk is whole, and a fresh start or a replacement is all that helps. Thread-safe.
/// </summary>
/// <remarks>
/// Time is counted in looks, so that a process that was stopped or starved isn't taken for one that hangs. What holds the lock for
/// long by right isn't counted: the installation of a snapshot, and a sync of the log on a disk that stalls.
/// </remarks>
internal sealed partial class LibraryWatch : IDisposable
{
    /// <summary>No message and no change of state takes so long, an election included: peers are told.</summary>
    public static readonly TimeSpan Suspicious = TimeSpan.FromSeconds(5);

    /// <summary>Six times as long: what hangs still never ends.</summary>
    public static readonly TimeSpan Hopeless = TimeSpan.FromSeconds(30);

    /// <summary>Looks from one turn to the next: a turn a second, with the default heartbeat.</summary>
    private const int LooksBetween = 10;

    private readonly Func<string?> _collapse;
    private readonly Func<Task> _turn;
    private readonly Func<bool> _isHeldByRight;
    private readonly TimeSpan _heartbeat;
    private readonly IProcessEnd _end;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private Task _turning = Task.CompletedTask;
    private int _looks;
    private int _rests;

    /// <summary>Begins to look.</summary>
    /// <param name="collapse">Why the library gave up on itself; null while it has not.</param>
    /// <param name="turn">Takes the library's lock and gives it back; ends then.</param>
    /// <param name="isHeldByRight">Whether something is under way that may hold the lock for long.</param>
    /// <param name="heartbeat">The time between looks.</param>
    /// <param name="time">The clock.</param>
    /// <param name="end">How the process ends.</param>
    /// <param name="logger">The log for people.</param>
    public LibraryWatch(
        Func<string?> collapse,
        Func<Task> turn,
        Func<bool> isHeldByRight,
        TimeSpan heartbeat,
        TimeProvider time,
        IProcessEnd end,
        ILogger logger)
    {
        _collapse = collapse;
        _turn = turn;
        _isHeldByRight = isHeldByRight;
        _heartbeat = heartbeat;
        _end = end;
        _logger = logger;
        _timer = time.CreateTimer(static watch => ((LibraryWatch)watch!).Look(), this, heartbeat, heartbeat);
    }

    /// <summary>Why this member takes no part: for how long the library's lock could not be had; null while that is nothing to speak of.</summary>
    public string? Trouble => HungFor is var hung && hung < Suspicious
        ? null
        : $"its consensus hangs: the library has handled nothing for {(long)hung.TotalSeconds} s";

    private TimeSpan HungFor => _heartbeat * Volatile.Read(ref _looks);

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    [LoggerMessage(EventId = 3012, Level = LogLevel.Error, Message = "whether the consensus library is in action could not be looked at")]
    private static partial void LogFailure(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 3013, Level = LogLevel.Error,
        Message = "the consensus library hangs: its lock could not be had for {Seconds} s; the process ends if that goes on for {Most} s")]
    private static partial void LogHangs(ILogger logger, double seconds, double most);

    private void Look()
    {
        try
        {
            if (_collapse() is { } why)
            {
                _end.End($"the consensus library has given up: {why}");
            }
            else if (!_turning.IsCompleted)
            {
                Count();
            }
            else if (Interlocked.Exchange(ref _looks, 0) > 0 || ++_rests >= LooksBetween)
            {
                _rests = 0;
                _turning = TakeTurnAsync();
            }
        }
        catch (Exception exception)
        {
            LogFailure(_logger, exception);
        }
    }

    private void Count()
    {
        if (_isHeldByRight())
        {
            Volatile.Write(ref _looks, 0);
            return;
        }

        var before = HungFor;
        Interlocked.Increment(ref _looks);
        if (HungFor >= Hopeless)
        {
            _end.End($"the consensus library hangs: it has handled nothing for {(long)Hopeless.TotalSeconds} s");
        }
        else if (before < Suspicious && HungFor >= Suspicious)
        {
            LogHangs(_logger, Suspicious.TotalSeconds, Hopeless.TotalSeconds);
        }
    }

    private async Task TakeTurnAsync()
    {
        try
        {
            await _turn().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It is being stopped, or gave up on itself just now: the next look sees that.
        }
    }
}
