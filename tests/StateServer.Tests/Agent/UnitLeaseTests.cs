using StateServer.Agent.Units;
using StateServer.StateServer.Tests.Local;

namespace StateServer.StateServer.Tests.Agent;

public sealed class UnitLeaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_renewal_is_seen_by_who_opened_it_before()
    {
        UnitLease.Write(_folder.Below("lease"), 7);
        using UnitLease lease = UnitLease.Open(_folder.Below("lease"));
        Assert.Equal(7, lease.End);
        UnitLease.Write(_folder.Below("lease"), long.MaxValue - 1);
        Assert.Equal(long.MaxValue - 1, lease.End);
    }

    [Fact]
    public void Half_of_a_write_leaves_the_end_before()
    {
        UnitLease.Write(_folder.Below("lease"), 7);
        using UnitLease lease = UnitLease.Open(_folder.Below("lease"));
        Assert.Equal(7, lease.End);
        using (var file = File.OpenHandle(_folder.Below("lease"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            RandomAccess.Write(file, BitConverter.GetBytes(1000L), 0);
        }

        Assert.Equal(7, lease.End);
    }

    public void Dispose() => _folder.Dispose();
}
