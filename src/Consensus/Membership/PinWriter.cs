using Microsoft.Extensions.Logging;

namespace StateServer.Consensus.Membership;

/// <summary>
/// Writes down what the log told of folders and removed members, soon after it was told and again until it worked. Never on the
/// thread that applies. Thread-safe.
/// </summary>
internal sealed partial class PinWriter : IDisposable
{
    /// <summary>From one look to the next where nobody says that there is news.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly FolderPins _pins;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _writing = new();
    private string? _lastFailure;
    private bool _closed;

    /// <summary>Begins to look.</summary>
    public PinWriter(FolderPins pins, TimeProvider time, ILogger logger)
    {
        _pins = pins;
        _logger = logger;
        _timer = time.CreateTimer(static writer => ((PinWriter)writer!).Write(), this, Period, Period);
    }

    /// <summary>There may be news: looks now, without waiting.</summary>
    public void Look() => _timer.Change(TimeSpan.Zero, Period);

    /// <summary>Ends it; nothing is written any more when it returns.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_writing)
        {
            _closed = true;
        }
    }

    [LoggerMessage(EventId = 3050, Level = LogLevel.Warning, Message = "folders and removed members could not all be written down: {Why}")]
    private static partial void LogFailed(ILogger logger, string why);

    private void Write()
    {
        if (!_writing.TryEnter())
        {
            return;
        }

        try
        {
            Say(_closed || _pins.Write() ? null : "the identity file is full; they are known until this process ends, and again once the log told them");
        }
        catch (Exception exception)
        {
            Say(exception.Message);
        }
        finally
        {
            _writing.Exit();
        }
    }

    private void Say(string? failure)
    {
        if (failure is not null && failure != _lastFailure)
        {
            LogFailed(_logger, failure);
        }

        _lastFailure = failure;
    }
}
