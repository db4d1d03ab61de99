using StateServer.Client.Endpoints;

namespace StateServer.Client.Tests.Endpoints;

public sealed class EndpointTests
{
    [Theory]
    [InlineData("127.0.0.1:2379", "127.0.0.1:2379")]
    [InlineData("http://127.0.0.1:2379", "127.0.0.1:2379")]
    [InlineData("http://localhost:80/", "localhost:80")]
    [InlineData("[::1]:2379", "[::1]:2379")]
    public void Host_and_port_are_read_with_and_without_a_scheme(string text, string expected)
    {
        Assert.Equal(expected, Endpoint.Parse(text).ToString());
        Assert.Equal(Endpoint.Parse(text), Endpoint.Parse(expected));
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("http://localhost")]
    [InlineData("http://localhost:1/path")]
    [InlineData("https://localhost:1")]
    [InlineData("localhost:port")]
    [InlineData("localhost:70000")]
    [InlineData("unix:///tmp/x")]
    public void Anything_else_is_refused(string text) =>
        Assert.Contains("use host:port", Assert.Throws<ArgumentException>(() => Endpoint.Parse(text)).Message, StringComparison.Ordinal);
}
