using System.Threading.Channels;
using Grpc.Core;
using StateServer.Protos.Agent;

namespace StateServer.StateServer.Tests.Agents;

/// <summary>An agent's end of a stream in memory: what it says, and what it was told.</summary>
internal sealed class AgentLine : IAsyncStreamReader<AgentMessage>, IServerStreamWriter<ServerMessage>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Channel<AgentMessage> _said = Channel.CreateUnbounded<AgentMessage>();
    private readonly Channel<ServerMessage> _told = Channel.CreateUnbounded<ServerMessage>();

    public AgentMessage Current { get; private set; } = new();

    public WriteOptions? WriteOptions { get; set; }

    /// <summary>While it is set, the agent reads nothing: writes wait for it.</summary>
    public TaskCompletionSource? Deaf { get; set; }

    /// <summary>What the desk's answer came to.</summary>
    public Task Stream { get; set; } = Task.CompletedTask;

    public void Say(AgentMessage message) => _said.Writer.TryWrite(message);

    public void Beat(long number) => Say(new AgentMessage { Heartbeat = new Heartbeat { Number = number } });

    public void Leave() => _said.Writer.Complete();

    /// <summary>The next message.</summary>
    public async Task<ServerMessage> NextAsync() => await _told.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>The next message of a kind; others before it are passed over.</summary>
    public async Task<ServerMessage> NextAsync(ServerMessage.KindOneofCase kind)
    {
        while (true)
        {
            if (await NextAsync() is var message && message.KindCase == kind)
            {
                return message;
            }
        }
    }

    /// <summary>What was told and not taken yet.</summary>
    public bool HasMore => _told.Reader.TryPeek(out _);

    /// <summary>The status that the stream ended with; null where it ended without one.</summary>
    public async Task<Status?> EndAsync()
    {
        try
        {
            await Stream.WaitAsync(Patience);
            return null;
        }
        catch (RpcException e)
        {
            return e.Status;
        }
    }

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (!await _said.Reader.WaitToReadAsync(cancellationToken) || !_said.Reader.TryRead(out var message))
        {
            return false;
        }

        Current = message;
        return true;
    }

    public Task WriteAsync(ServerMessage message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(ServerMessage message, CancellationToken cancellationToken)
    {
        if (Deaf is { } deaf)
        {
            await deaf.Task.WaitAsync(cancellationToken);
        }

        _told.Writer.TryWrite(message);
    }
}
