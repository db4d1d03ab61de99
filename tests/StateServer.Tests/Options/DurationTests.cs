using StateServer.Options;

namespace StateServer.StateServer.Tests.Options;

public sealed class DurationTests
{
    [Theory]
    [InlineData("100ms", 100)]
    [InlineData("2.5s", 2_500)]
    [InlineData("5m", 300_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("0ms", 0)]
    public void It_reads_a_number_and_a_unit(string text, int milliseconds)
    {
        Assert.Null(Duration.TryParse(text, out TimeSpan duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
        Assert.Null(Duration.TryParse(Duration.Format(duration), out TimeSpan again));
        Assert.Equal(duration, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("1e3ms")]
    [InlineData("5 s")]
    [InlineData("25h")]
    [InlineData("NaNs")]
    public void It_says_what_would_be_right(string text) =>
        Assert.Contains("give a number and a unit", Duration.TryParse(text, out _), StringComparison.Ordinal);
}
