using System.Net;
using System.Net.Sockets;
using StateServer.Reports;

namespace StateServer.StateServer.Tests.Reports;

/// <summary>Asking for the status ends when it is told to, and as cancelled: not with a failure of gRPC's.</summary>
public sealed class StatusQueryTests
{
    [Fact]
    public async Task A_question_that_nobody_answers_can_be_cancelled()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var asking = StatusQuery.AskAsync([silent.LocalEndpoint.ToString()!], cancel.Token);
        using TcpClient asked = await silent.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }
}
