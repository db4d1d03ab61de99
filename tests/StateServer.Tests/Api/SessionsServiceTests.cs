using Grpc.Core;
using StateServer.Domain.Identity;
using StateServer.Protos.Client;
using StateServer.StateServer.Tests.Api.Hosting;
using static StateServer.StateServer.Tests.Api.Hosting.Failures;

namespace StateServer.StateServer.Tests.Api;

public sealed class SessionsServiceTests : IAsyncLifetime
{
    private ApiHost _host = null!;
    private Sessions.SessionsClient _sessions = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync();
        _sessions = new Sessions.SessionsClient(_host.Channel);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_session_lives_from_open_to_close()
    {
        var session = (await _sessions.OpenAsync(new OpenSessionRequest())).Session;
        Assert.True(_host.Replica.State.Sessions.Holds(new SessionId(session)));
        await _sessions.CloseAsync(new CloseSessionRequest { Session = session });
        Assert.False(_host.Replica.State.Sessions.Holds(new SessionId(session)));
        await _sessions.CloseAsync(new CloseSessionRequest { Session = session });
    }

    [Fact]
    public async Task A_number_that_no_session_can_have_is_refused()
    {
        var failure = await FailureOf(async () => await _sessions.CloseAsync(new CloseSessionRequest { Session = -1 }));
        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        Assert.Contains("session is -1", failure.Status.Detail, StringComparison.Ordinal);
    }
}
