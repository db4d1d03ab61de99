using System.Text;
using StateServer.Domain.Digests;

namespace StateServer.Domain.Tests.Digests;

public sealed class StableHashTests
{
    /// <summary>Published values of XXH64: a change of any would part old members and snapshots from new ones.</summary>
    [Theory]
    [InlineData("", 0UL, 0xEF46DB3751D8E999UL)]
    [InlineData("a", 0UL, 0xD24EC4F1A98C6E5BUL)]
    [InlineData("abc", 0UL, 0x44BC2CF5AD770999UL)]
    [InlineData("Nobody inspects the spammish repetition", 0UL, 0xFBCEA83C8A378BF1UL)]
    public void It_is_xxh64(string text, ulong seed, ulong hash) =>
        Assert.Equal(hash, StableHash.Of(Encoding.ASCII.GetBytes(text), seed));

    [Fact]
    public void A_number_hashes_as_its_bytes() =>
        Assert.Equal(StableHash.Of(BitConverter.GetBytes(0x0123456789ABCDEFUL), 7), StableHash.Of(0x0123456789ABCDEFUL, 7));
}
