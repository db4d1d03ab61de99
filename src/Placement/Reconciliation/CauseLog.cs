using Microsoft.Extensions.Logging;

namespace StateServer.Placement.Reconciliation;

/// <summary>Logs what fails once for each cause, until it works again; every failure is counted. Thread-safe.</summary>
/// <param name="logger">The log.</param>
internal sealed class CauseLog(ILogger logger)
{
    /// <summary>Kinds of work that are remembered; there are a handful, and machines are no kind.</summary>
    private const int MostWorks = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _last = [];

    /// <summary>The log.</summary>
    public ILogger Logger => logger;

    /// <summary>It failed.</summary>
    /// <param name="work">What.</param>
    /// <param name="failure">Why.</param>
    public void Failed(string work, Exception failure)
    {
        ReconciliationMeter.Failure(failure.GetType().Name);
        var cause = $"{failure.GetType().Name}: {failure.Message}";
        lock (_lock)
        {
            if (_last.GetValueOrDefault(work) == cause || (_last.Count >= MostWorks && !_last.ContainsKey(work)))
            {
                return;
            }

            _last[work] = cause;
        }

        ReconciliationLog.Failed(logger, work, cause);
    }

    /// <summary>It worked.</summary>
    public void Worked(string work)
    {
        lock (_lock)
        {
            _last.Remove(work);
        }
    }
}
