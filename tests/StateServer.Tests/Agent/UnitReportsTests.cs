using StateServer.Agent.Reports;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.StateServer.Tests.Agent;

public sealed class UnitReportsTests
{
    private readonly UnitReports _reports = new();

    [Fact]
    public void The_newest_state_of_a_unit_waits_until_it_is_acknowledged()
    {
        _reports.Put(State(0, UnitStatus.Running));
        _reports.Put(State(1, UnitStatus.Running));
        _reports.Put(State(0, UnitStatus.Stopping));
        Assert.Equal([(2, 1), (3, 0)], _reports.After(0).Select(r => ((int)r.Number, r.State.Unit.Number)));
        Assert.Equal([3], _reports.After(2).Select(r => r.Number));

        Assert.Null(_reports.Acknowledge(1));
        Assert.Equal(UnitStatus.Stopping, _reports.Acknowledge(3)!.Status);
        Assert.Null(_reports.Acknowledge(3));
        Assert.Equal([2], _reports.After(0).Select(r => r.Number));
        Assert.Equal(0, _reports.NumberOf(State(0, UnitStatus.Running).Unit, 1));
    }

    [Fact]
    public void Past_the_bound_the_oldest_is_dropped()
    {
        for (int i = 0; i <= UnitReports.Most; i++)
        {
            _reports.Put(State(i, UnitStatus.Running));
        }

        Assert.Equal(1, _reports.Dropped);
        Assert.Equal(UnitReports.Most, _reports.After(0).Length);
        Assert.Equal(1, _reports.After(0)[0].State.Unit.Number);
    }

    private static UnitState State(int number, UnitStatus status) =>
        new(new UnitName(new ServiceName("web"), number), 1, status, "", "", 0, null);
}
