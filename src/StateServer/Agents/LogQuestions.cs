using System.Collections.Concurrent;
using Grpc.Core;
using StateServer.Api.Model;
using StateServer.Domain.Identity;
using StateServer.Protos.Agent;

namespace StateServer.Agents;

/// <summary>The questions for logs that one agent has not answered yet. Bounded. Thread-safe.</summary>
/// <param name="machine">The agent's machine.</param>
/// <param name="send">Sends one to the agent.</param>
/// <param name="time">The clock.</param>
/// <param name="ended">The stream's end, after which nothing is answered.</param>
internal sealed class LogQuestions(MachineId machine, Action<LogRequest> send, TimeProvider time, CancellationToken ended)
{
    /// <summary>Most that wait: half of what an agent takes before it leaves the stream, so that readers of logs never cost it its leader.</summary>
    public const int Most = 32;

    /// <summary>An agent answers within a tenth of a second; one that reads from a slow disk, later.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<long, TaskCompletionSource<LogChunk>> _waiting = new();
    private int _count;
    private long _last;

    /// <summary>Asks, and waits for the answer. A question whose asker went away counts until it is answered: the agent still has it.</summary>
    /// <exception cref="UnitLogException">Too many wait, or no answer came in time.</exception>
    public async Task<LogChunk> AskAsync(LogRequest question, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _count) > Most)
        {
            Interlocked.Decrement(ref _count);
            throw new UnitLogException(StatusCode.ResourceExhausted, $"{Most} questions for logs of machine {machine} wait already; try again");
        }

        question.Id = Interlocked.Increment(ref _last);
        var answer = new TaskCompletionSource<LogChunk>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[question.Id] = answer;
        try
        {
            send(question);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, cancellationToken);
            return await answer.Task.WaitAsync(Patience, time, either.Token);
        }
        catch (TimeoutException)
        {
            throw new UnitLogException(
                StatusCode.FailedPrecondition, $"the agent of machine {machine} did not answer within {Patience.TotalSeconds} s; try again");
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new UnitLogException(StatusCode.FailedPrecondition, $"the agent of machine {machine} went away; try again");
        }
    }

    /// <summary>Takes an answer. One that answers nothing is dropped.</summary>
    public void Answer(LogChunk chunk)
    {
        if (_waiting.TryRemove(chunk.Id, out var answer))
        {
            Interlocked.Decrement(ref _count);
            answer.TrySetResult(chunk);
        }
    }
}
