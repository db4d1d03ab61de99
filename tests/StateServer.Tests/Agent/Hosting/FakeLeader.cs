using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StateServer.Protos.Agent;

namespace StateServer.StateServer.Tests.Agent.Hosting;

/// <summary>A member as an agent sees it: leads, or names who does. Remembers what agents say.</summary>
internal sealed class FakeLeader : Protos.Agent.Agents.AgentsBase, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _down = new();
    private Assignment? _assignment;
    private int _heartbeats;
    private WebApplication? _app;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<Hello> Hellos { get; } = new();

    public ConcurrentQueue<UnitReport> Reports { get; } = new();

    public ConcurrentQueue<LogChunk> Chunks { get; } = new();

    public ConcurrentQueue<LogRequest> Questions { get; } = new();

    public string? Redirect { get; init; }

    public volatile bool Answers = true;

    public volatile bool Acknowledges = true;

    /// <summary>Reads nothing any more, as a member that is stopped: what agents say stays in the network.</summary>
    public volatile bool Reads = true;

    public int Heartbeats => Volatile.Read(ref _heartbeats);

    public static async Task<FakeLeader> StartAsync(int port, string? redirect = null)
    {
        long begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await TryStartAsync(port, redirect);
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(30))
            {
                // The port of a leader that was just stopped: a process that another test is starting, between fork and exec, has it too.
                await Task.Delay(20);
            }
        }
    }

    /// <summary>Tells all agents from now on.</summary>
    public void Assign(params AssignedUnit[] units) => Assign(Assigned.Of(units));

    public void Assign(Assignment assignment)
    {
        lock (_gate)
        {
            _assignment = assignment;
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>The newest report of a unit's assignment.</summary>
    public UnitReport? Newest(int number, long assignment) =>
        Reports.LastOrDefault(r => r.Number == number && r.Assignment == assignment);

    public override async Task Follow(
        IAsyncStreamReader<AgentMessage> requestStream, IServerStreamWriter<ServerMessage> responseStream, ServerCallContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, _down.Token);
        Assert.True(await requestStream.MoveNext(either.Token));
        Hellos.Enqueue(requestStream.Current.Hello);
        if (Redirect is not null)
        {
            await responseStream.WriteAsync(new ServerMessage { Redirect = new Redirect { Leader = Redirect } });
            return;
        }

        using var turn = new SemaphoreSlim(1);
        Task telling = TellAsync(responseStream, turn, either.Token);
        try
        {
            while (await requestStream.MoveNext(either.Token))
            {
                if (!Reads)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, either.Token);
                }

                await HearAsync(requestStream.Current, responseStream, turn);
            }
        }
        finally
        {
            await either.CancelAsync();
            await telling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _down.CancelAsync();
        await _app!.DisposeAsync();
        _down.Dispose();
    }

    private static async Task<FakeLeader> TryStartAsync(int port, string? redirect)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.ListenLocalhost(port, listen => listen.Protocols = HttpProtocols.Http2));
        var leader = new FakeLeader { Redirect = redirect };
        builder.Services.AddSingleton(leader);
        leader._app = builder.Build();
        leader._app.MapGrpcService<FakeLeader>();
        try
        {
            await leader._app.StartAsync();
            return leader;
        }
        catch
        {
            await leader.DisposeAsync();
            throw;
        }
    }

    private async Task HearAsync(AgentMessage message, IServerStreamWriter<ServerMessage> answers, SemaphoreSlim turn)
    {
        switch (message.KindCase)
        {
            case AgentMessage.KindOneofCase.Heartbeat:
                Interlocked.Increment(ref _heartbeats);
                if (Answers)
                {
                    await SayAsync(answers, turn, new ServerMessage { Heartbeat = message.Heartbeat });
                }

                while (Questions.TryDequeue(out LogRequest? question))
                {
                    await SayAsync(answers, turn, new ServerMessage { LogRequest = question });
                }

                break;
            case AgentMessage.KindOneofCase.Report:
                Reports.Enqueue(message.Report);
                if (Acknowledges)
                {
                    await SayAsync(answers, turn, new ServerMessage { Acknowledged = new ReportAcknowledged { Report = message.Report.Report } });
                }

                break;
            case AgentMessage.KindOneofCase.LogChunk:
                Chunks.Enqueue(message.LogChunk);
                break;
        }
    }

    private async Task TellAsync(IServerStreamWriter<ServerMessage> answers, SemaphoreSlim turn, CancellationToken stop)
    {
        while (true)
        {
            Task changed;
            Assignment? assignment;
            lock (_gate)
            {
                (changed, assignment) = (_changed.Task, _assignment);
            }

            if (assignment is not null)
            {
                await SayAsync(answers, turn, new ServerMessage { Assignment = assignment });
            }

            await changed.WaitAsync(stop);
        }
    }

    private static async Task SayAsync(IServerStreamWriter<ServerMessage> answers, SemaphoreSlim turn, ServerMessage message)
    {
        await turn.WaitAsync();
        try
        {
            await answers.WriteAsync(message);
        }
        finally
        {
            turn.Release();
        }
    }
}
