using System.Net;
using System.Net.Sockets;
using StateServer.Loopback;

namespace StateServer.Scenarios;

/// <summary>Ports that tests take are theirs alone.</summary>
public sealed class PortBlockTest
{
    [Fact]
    public void Blocks_do_not_overlap_and_lie_below_the_ports_of_outgoing_connections()
    {
        var blocks = new List<PortBlock>();
        try
        {
            for (int i = 0; i < 20; i++)
            {
                blocks.Add(PortBlock.Take(1));
            }

            Assert.Equal(20, blocks.Select(block => block.First / PortBlock.Size).Distinct().Count());
            Assert.All(blocks, block => Assert.InRange(block.First, 10_000, 32_768 - PortBlock.Size));
        }
        finally
        {
            blocks.ForEach(block => block.Dispose());
        }
    }

    [Fact]
    public void Two_blocks_lie_side_by_side_and_both_are_held()
    {
        var (lower, upper) = PortBlock.TakeTwo();
        using (lower)
        using (upper)
        {
            Assert.Equal(lower.First + PortBlock.Size, upper.First);
            Assert.All([lower, upper], held => Assert.Throws<IOException>(() => File.Open(
                Path.Combine(Path.GetTempPath(), "stateserver-test-ports", $"{held.First}"), FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose()));
        }
    }

    [Fact]
    public void A_block_with_a_port_in_use_is_not_given()
    {
        int first;
        using (var block = PortBlock.Take())
        {
            first = block.First;
        }

        using var listener = new TcpListener(IPAddress.Loopback, first + 7);
        listener.Start();
        var taken = new List<PortBlock>();
        try
        {
            for (int i = 0; i < 30; i++)
            {
                taken.Add(PortBlock.Take(8));
            }

            Assert.DoesNotContain(first, taken.Select(block => block.First));
        }
        finally
        {
            taken.ForEach(block => block.Dispose());
        }
    }
}
