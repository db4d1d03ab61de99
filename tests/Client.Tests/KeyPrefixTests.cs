using Google.Protobuf;

namespace StateServer.Client.Tests;

public sealed class KeyPrefixTests
{
    [Fact]
    public void The_end_is_the_next_prefix_in_byte_order()
    {
        Assert.Equal(ByteString.CopyFromUtf8("b"), KeyPrefix.End(ByteString.CopyFromUtf8("a")));
        Assert.Equal(ByteString.CopyFrom(1, 3), KeyPrefix.End(ByteString.CopyFrom(1, 2, 255)));
        Assert.Equal(KeyPrefix.Unbounded, KeyPrefix.End(ByteString.CopyFrom(255, 255)));
        Assert.Equal(KeyPrefix.Unbounded, KeyPrefix.End(ByteString.Empty));
    }
}
