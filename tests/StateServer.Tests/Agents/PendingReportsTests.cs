using StateServer.Agents;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.StateServer.Tests.Agents;

public sealed class PendingReportsTests
{
    private readonly PendingReports _reports = new();

    [Fact]
    public void The_newest_of_a_unit_counts_and_what_came_meanwhile_stays()
    {
        Assert.True(_reports.TryAdd(Report(1, UnitStatus.Pending), 5));
        Assert.True(_reports.TryAdd(Report(1, UnitStatus.Running), 6));
        Assert.True(_reports.TryAdd(Report(0, UnitStatus.Running), 4));
        var waiting = _reports.Peek();
        Assert.Equal([(0, 4L), (1, 6L)], waiting.Select(report => (report.Report.Unit.Number, report.Number)));
        Assert.True(_reports.TryAdd(Report(1, UnitStatus.Stopped), 7));
        _reports.Remove(waiting);
        Assert.Equal([(1, 7L)], _reports.Peek().Select(report => (report.Report.Unit.Number, report.Number)));

        // The same once more, in a hello: the number that the agent waits for stays the highest.
        Assert.True(_reports.TryAdd(Report(1, UnitStatus.Stopped), 0));
        Assert.Equal(7, _reports.Peek().Single().Number);
    }

    [Fact]
    public void So_many_units_wait_and_no_more()
    {
        for (var unit = 0; unit < PendingReports.Most; unit++)
        {
            Assert.True(_reports.TryAdd(Report(unit, UnitStatus.Running), unit));
        }

        Assert.False(_reports.TryAdd(Report(PendingReports.Most, UnitStatus.Running), 1));
        Assert.True(_reports.TryAdd(Report(0, UnitStatus.Stopped), 2));
        Assert.Equal(PendingReports.Most, _reports.Peek().Count);
    }

    private static UnitReport Report(int unit, UnitStatus status) =>
        new(new UnitName(new ServiceName("web"), unit), 1, status, "", null, 0);
}
