using StateServer.Options;

namespace StateServer.StateServer.Tests.Options;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("17", 17)]
    [InlineData("1536KiB", 1536 * 1024)]
    [InlineData("64MiB", 64 * 1024 * 1024)]
    [InlineData("1GiB", 1024 * 1024 * 1024)]
    public void It_reads_bytes_and_binary_units(string text, long bytes)
    {
        Assert.Null(ByteSize.TryParse(text, out long read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("1.5MiB")]
    [InlineData("-1")]
    [InlineData("1MB")]
    [InlineData("9223372036854775807KiB")]
    public void It_says_what_would_be_right(string text) =>
        Assert.Contains("KiB, MiB or GiB", ByteSize.TryParse(text, out _), StringComparison.Ordinal);
}
