namespace StateServer.Client.Tests;

public sealed class ClientOptionsTests
{
    [Fact]
    public void All_faults_are_told_at_once_each_with_what_would_be_right()
    {
        var options = new ClientOptions
        {
            Endpoints = ["nonsense", "https://127.0.0.1:1", "127.0.0.1:2379"],
            CallTimeout = TimeSpan.Zero,
            MaxAttempts = 0,
            MaxSessionWrites = 65,
            MaxEndpoints = 1,
            BackoffLow = TimeSpan.FromSeconds(5),
        };
        var fault = Assert.Throws<ArgumentException>(() => new StateServerClient(options));
        foreach (var part in (string[])
            [
                "'nonsense' is no endpoint: use host:port", "'https://127.0.0.1:1' is no endpoint", "CallTimeout is 00:00:00",
                "MaxAttempts is 0: it must be at least 1", "MaxSessionWrites is 65: it must be from 1 to 64",
                "MaxEndpoints is 1: it must be at least 3", "BackoffHigh is 00:00:01",
            ])
        {
            Assert.Contains(part, fault.Message, StringComparison.Ordinal);
        }

        Assert.Contains("no endpoint is given", Assert.Throws<ArgumentException>(
            () => new StateServerClient(new ClientOptions { Endpoints = [] })).Message, StringComparison.Ordinal);
    }
}
