using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using StateServer.Agents;
using StateServer.Api.Model;
using StateServer.Domain.Identity;
using StateServer.Protos.Agent;

namespace StateServer.StateServer.Tests.Agents;

/// <summary>What the leader asks an agent of its units' logs, and how many at once.</summary>
public sealed class LogQuestionsTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _stream = new();
    private readonly List<LogRequest> _sent = [];
    private readonly LogQuestions _questions;

    public LogQuestionsTests() => _questions = new LogQuestions(new MachineId(3), _sent.Add, _time, _stream.Token);

    [Fact]
    public async Task Each_question_gets_its_own_answer_in_whatever_order_they_come()
    {
        Task<LogChunk> first = AskAsync();
        Task<LogChunk> second = AskAsync();
        _questions.Answer(new LogChunk { Id = _sent[1].Id, Offset = 2 });
        _questions.Answer(new LogChunk { Id = 99, Offset = 9 });
        _questions.Answer(new LogChunk { Id = _sent[0].Id, Offset = 1 });
        Assert.Equal((1, 2), ((await first).Offset, (await second).Offset));
    }

    [Fact]
    public async Task More_than_the_agent_bears_are_refused_until_one_is_answered_though_its_asker_left()
    {
        using var leaving = new CancellationTokenSource();
        Task<LogChunk>[] asked = [.. Enumerable.Range(0, LogQuestions.Most).Select(_ => AskAsync(leaving.Token))];
        await RefusedAsync(AskAsync(), StatusCode.ResourceExhausted, "32 questions for logs of machine 3 wait already; try again");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked[0]);
        await RefusedAsync(AskAsync(), StatusCode.ResourceExhausted, "32 questions for logs of machine 3 wait already; try again");
        Assert.Equal(LogQuestions.Most, _sent.Count);

        _questions.Answer(new LogChunk { Id = _sent[0].Id });
        _questions.Answer(new LogChunk { Id = _sent[0].Id });
        Task<LogChunk> again = AskAsync();
        await RefusedAsync(AskAsync(), StatusCode.ResourceExhausted, "32 questions for logs of machine 3 wait already; try again");
        _questions.Answer(new LogChunk { Id = _sent[^1].Id, Offset = 7 });
        Assert.Equal(7, (await again).Offset);
    }

    [Fact]
    public async Task An_agent_that_does_not_answer_or_goes_is_told_of()
    {
        Task<LogChunk> late = AskAsync();
        _time.Advance(LogQuestions.Patience);
        await RefusedAsync(late, StatusCode.FailedPrecondition, "the agent of machine 3 did not answer within 5 s; try again");
        Task<LogChunk> gone = AskAsync();
        await _stream.CancelAsync();
        await RefusedAsync(gone, StatusCode.FailedPrecondition, "the agent of machine 3 went away; try again");
    }

    public void Dispose() => _stream.Dispose();

    private static async Task RefusedAsync(Task<LogChunk> asked, StatusCode code, string message)
    {
        var refused = await Assert.ThrowsAsync<UnitLogException>(() => asked);
        Assert.Equal((code, message), (refused.Code, refused.Message));
    }

    private Task<LogChunk> AskAsync(CancellationToken cancellationToken = default) => _questions.AskAsync(new LogRequest(), cancellationToken);
}
