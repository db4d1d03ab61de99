using System.Collections.Concurrent;
using Grpc.Core;
using StateServer.Agent.Logs;
using StateServer.Agent.Reports;
using StateServer.Agent.Units;
using StateServer.Client.Agents;
using StateServer.Domain.Identity;
using StateServer.Protos.Agent;

namespace StateServer.Agent.Following;

/// <summary>One stream's talk with the leader: heartbeats and their answers, assignments, reports until they are acknowledged, and logs. For one run.</summary>
/// <param name="stream">The stream; the caller disposes of it.</param>
/// <param name="roster">The machine's units.</param>
/// <param name="reports">What the leader is to be told.</param>
/// <param name="logs">A unit's folder of logs.</param>
/// <param name="bootTime">The boot-time clock, nanoseconds.</param>
/// <param name="time">The clock.</param>
internal sealed class Conversation(
    AgentStream stream, UnitRoster roster, UnitReports reports, Func<UnitName, string> logs, Func<long> bootTime, TimeProvider time)
{
    /// <summary>From one heartbeat to the next.</summary>
    public static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromSeconds(1);

    /// <summary>A leader that answers nothing for so long is looked for elsewhere: five heartbeats.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    /// <summary>Most questions for logs that wait; one more is answered with an error.</summary>
    public const int MostLogRequests = 64;

    private const int LogsATurn = 8;

    private const string Stopping = "the agent stops";

    /// <summary>How late a report or a piece of a log may go out.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<(long Number, long SentAt)> _heartbeats = new();
    private readonly ConcurrentQueue<LogRequest> _questions = new();
    private long _heardAt = time.GetTimestamp();
    private long _sentReport;
    private long _heartbeat;

    /// <summary>Whether an assignment was taken on this stream.</summary>
    public bool WasAssigned { get; private set; }

    /// <summary>Talks until the stream ends.</summary>
    /// <param name="assigned">Told when the first assignment was taken.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>Why it ended.</returns>
    public async Task<string> RunAsync(Action assigned, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task<string> listening = ListenAsync(assigned);
        Task<string> speaking = SpeakAsync(either.Token);
        Task<string> watching = WatchAsync(either.Token);
        Task<string> ended = await Task.WhenAny(listening, speaking, watching);
        await either.CancelAsync();
        stream.Dispose();
        await Task.WhenAll(listening, speaking, watching);
        return await ended;
    }

    /// <summary>Leaves a silent leader, also where what is said to it doesn't get out any more.</summary>
    private async Task<string> WatchAsync(CancellationToken stop)
    {
        try
        {
            while (time.GetElapsedTime(Volatile.Read(ref _heardAt)) <= Silence)
            {
                await Task.Delay(Turn, time, stop);
            }

            return $"{stream.Member} has been silent for {Silence.TotalSeconds} s";
        }
        catch (OperationCanceledException)
        {
            return Stopping;
        }
    }

    private async Task<string> ListenAsync(Action assigned)
    {
        try
        {
            while (true)
            {
                ServerMessage message = await stream.NextAsync();
                Volatile.Write(ref _heardAt, time.GetTimestamp());
                if (Take(message) is { } refused)
                {
                    return refused;
                }

                if (WasAssigned && message.Assignment is not null)
                {
                    assigned();
                    assigned = static () => { };
                }
            }
        }
        catch (Exception failure) when (failure is RpcException or ObjectDisposedException or OperationCanceledException)
        {
            return $"{stream.Member}: {(failure as RpcException)?.Status.Detail ?? failure.Message}";
        }
    }

    /// <summary>Takes a message; returns why the stream is to be ended, or null.</summary>
    private string? Take(ServerMessage message)
    {
        switch (message.KindCase)
        {
            case ServerMessage.KindOneofCase.Assignment:
                if (roster.Apply(message.Assignment) is { } refused)
                {
                    return $"{stream.Member} told of an assignment that is refused: {refused}";
                }

                WasAssigned = true;
                return null;
            case ServerMessage.KindOneofCase.Heartbeat:
                Answered(message.Heartbeat.Number);
                return null;
            case ServerMessage.KindOneofCase.Acknowledged:
                roster.Acknowledge(message.Acknowledged.Report);
                return null;
            case ServerMessage.KindOneofCase.LogRequest:
                _questions.Enqueue(message.LogRequest);
                return _questions.Count > MostLogRequests ? $"{stream.Member} asks for logs faster than they can be read" : null;
            case ServerMessage.KindOneofCase.Redirect:
                return $"{stream.Member} does not lead any more";
            default:
                // A newer server may say more than this agent knows.
                return null;
        }
    }

    /// <summary>Only where this leader's own assignment is known does its answer keep singletons alive.</summary>
    private void Answered(long number)
    {
        while (_heartbeats.TryPeek(out var oldest) && oldest.Number <= number)
        {
            _heartbeats.TryDequeue(out _);
            if (oldest.Number == number && WasAssigned)
            {
                roster.Renew(oldest.SentAt);
            }
        }
    }

    private async Task<string> SpeakAsync(CancellationToken stop)
    {
        long beatAt = time.GetTimestamp() - (long)(HeartbeatPeriod.TotalSeconds * time.TimestampFrequency);
        try
        {
            while (true)
            {
                if (time.GetElapsedTime(beatAt) >= HeartbeatPeriod)
                {
                    beatAt = time.GetTimestamp();
                    _heartbeats.Enqueue((++_heartbeat, bootTime()));
                    await stream.SendAsync(new AgentMessage { Heartbeat = new Heartbeat { Number = _heartbeat } });
                }

                await SendReportsAsync();
                await SendLogsAsync();
                await Task.Delay(Turn, time, stop);
            }
        }
        catch (OperationCanceledException)
        {
            return Stopping;
        }
        catch (Exception failure) when (failure is RpcException or ObjectDisposedException)
        {
            return $"{stream.Member}: {(failure as RpcException)?.Status.Detail ?? failure.Message}";
        }
    }

    private async Task SendReportsAsync()
    {
        foreach ((long number, UnitState state) in reports.After(_sentReport))
        {
            await stream.SendAsync(new AgentMessage { Report = state.ToReport(number) });
            _sentReport = number;
        }
    }

    private async Task SendLogsAsync()
    {
        for (int i = 0; i < LogsATurn && _questions.TryDequeue(out LogRequest? question); i++)
        {
            await stream.SendAsync(new AgentMessage { LogChunk = Answer(question) });
        }
    }

    private LogChunk Answer(LogRequest question)
    {
        var answer = new LogChunk { Id = question.Id };
        var unit = new UnitName(new ServiceName(question.Service), question.Number);
        if (!roster.Has(unit))
        {
            answer.Error = $"unit {unit} is not on this machine";
            return answer;
        }

        try
        {
            LogPiece piece = UnitLogReading.Read(logs(unit), question.Offset, question.MostBytes == 0 ? UnitLogReading.MostBytes : question.MostBytes);
            answer.Offset = piece.Offset;
            answer.Data = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(piece.Data);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            answer.Error = failure.Message;
        }

        return answer;
    }
}
