using StateServer.Bench.Http2;

namespace StateServer.Bench.Tests;

public sealed class MessageAssemblyTests
{
    private static readonly byte[][] Messages = [[], [1], [2, 2, 2], [], [.. Enumerable.Repeat((byte)3, 300)], [4]];

    /// <summary>Wherever frames end: in a prefix, in a message, between two.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(299)]
    [InlineData(10_000)]
    public void Messages_are_whole_however_they_were_cut(int frameBytes)
    {
        List<byte[]> taken = [];
        MessageAssembly assembly = new((message, received) =>
        {
            Assert.Equal(7, received);
            taken.Add(message.ToArray());
        });
        byte[] all = [.. Messages.SelectMany(message => (byte[])[0, 0, 0, (byte)(message.Length >> 8), (byte)message.Length, .. message])];
        foreach (byte[] frame in all.Chunk(frameBytes))
        {
            assembly.Add(frame, received: 7);
        }
        Assert.Equal(Messages, taken);
    }

    [Fact]
    public void A_compressed_message_is_refused() =>
        Assert.Throws<InvalidDataException>(() => new MessageAssembly((_, _) => { }).Add([1, 0, 0, 0, 0], 0));
}
