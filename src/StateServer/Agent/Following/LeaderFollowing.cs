using StateServer.Agent.Reports;
using StateServer.Agent.Units;
using StateServer.Client;
using StateServer.Client.Agents;
using StateServer.Client.Failures;
using StateServer.Hosting;
using StateServer.Protos.Agent;

namespace StateServer.Agent.Following;

/// <summary>Keeps a stream to the leader, whoever leads: one ends, the next is opened after a wait that grows.</summary>
/// <param name="client">Finds the leader.</param>
/// <param name="roster">The machine's units.</param>
/// <param name="reports">What the leader is to be told.</param>
/// <param name="options">The agent's.</param>
/// <param name="bootTime">The boot-time clock, nanoseconds.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class LeaderFollowing(
    StateServerClient client,
    UnitRoster roster,
    UnitReports reports,
    AgentOptions options,
    Func<long> bootTime,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>The wait after the first failure; an election takes a second or so.</summary>
    public static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait: well within what an environment waits until it takes a machine for lost.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private string? _lastFailure;

    /// <summary>Follows until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        TimeSpan wait = ShortestWait;
        while (!stop.IsCancellationRequested)
        {
            string cause;
            try
            {
                using AgentStream stream = await client.OpenAgentStreamAsync(Greet, stop);
                var conversation = new Conversation(stream, roster, reports, LogsOf, bootTime, time);
                cause = await conversation.RunAsync(() => Followed(stream), stop);
                wait = conversation.WasAssigned ? ShortestWait : wait;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (StateServerException failure)
            {
                cause = failure.Message;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                cause = $"{failure.GetType().Name}: {failure.Message}";
            }

            if (!stop.IsCancellationRequested)
            {
                Failed(cause);
                await Task.Delay(wait * (0.5 + (0.5 * Random.Shared.NextDouble())), time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
            }
        }
    }

    private string LogsOf(Domain.Identity.UnitName unit) => UnitFolder.Of(options.Folder, unit).Logs;

    private Hello Greet()
    {
        var hello = new Hello
        {
            EnvironmentId = options.Environment.Value,
            Incarnation = options.Incarnation,
            Machine = options.Machine.Value,
            Instance = options.Instance.Name,
            Address = options.Address,
            Version = ExecutableVersion.Text,
        };
        hello.Units.AddRange(roster.All());
        return hello;
    }

    private void Followed(AgentStream stream)
    {
        _lastFailure = null;
        LogFollowing(logger, stream.Member);
    }

    private void Failed(string cause)
    {
        AgentMeter.StreamsFailed.Add(1);
        if (_lastFailure != cause)
        {
            _lastFailure = cause;
            LogFailed(logger, cause);
        }
    }

    [LoggerMessage(6210, LogLevel.Information, "Follows the leader at {Member}")]
    private static partial void LogFollowing(ILogger logger, Client.Endpoints.Endpoint member);

    [LoggerMessage(6211, LogLevel.Warning, "The leader is not followed, and is looked for again; what it told last holds: {Cause}")]
    private static partial void LogFailed(ILogger logger, string cause);
}
