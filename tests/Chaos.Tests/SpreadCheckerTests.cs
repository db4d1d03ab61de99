using System.Globalization;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Tests;

/// <summary>When services count as evenly spread, and when the Model service and the view say the same.</summary>
public sealed class SpreadCheckerTests
{
    private static readonly string[] Zones = ["a", "b", "c"];

    [Theory]
    [InlineData("a a b b c", 1)]
    [InlineData("a a a b b c", 2)]
    [InlineData("", 1)]
    public void Units_within_the_skew_hold(string zones, int maxSkew) =>
        Assert.Equal(Conclusion.Holds, SpreadChecker.Check(Model(zones, maxSkew), Zones).Conclusion);

    [Theory]
    [InlineData("a a b c c c", 1, "spread a:2 b:1 c:3")]
    [InlineData("a a", 1, "spread a:2 b:0 c:0")]
    [InlineData("a a a", 2, "spread a:3 b:0 c:0")]
    public void Units_beyond_the_skew_are_found(string zones, int maxSkew, string why)
    {
        Verdict verdict = SpreadChecker.Check(Model(zones, maxSkew), Zones);
        Assert.Equal(Conclusion.Violated, verdict.Conclusion);
        Assert.Contains(why, verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_under_way_is_told()
    {
        Assert.Null(SpreadChecker.Unsettled(Model("a b", 1)));
        Assert.Contains("units/web/0 has no machine", SpreadChecker.Unsettled([new ModelRecord("units/web/0", "")]), StringComparison.Ordinal);
        Assert.Contains("machine 0 has none", SpreadChecker.Unsettled([new ModelRecord("units/web/0", "") { Machine = 0 }, new ModelRecord("machines/0", "")]), StringComparison.Ordinal);
        Assert.Contains("units/web/0 is still being removed", SpreadChecker.Unsettled([new ModelRecord("units/web/0", "") { IsDying = true }]), StringComparison.Ordinal);
        Assert.Contains("machines/0 is still being removed", SpreadChecker.Unsettled([new ModelRecord("machines/0", "") { IsDying = true }]), StringComparison.Ordinal);
        Assert.Equal(Conclusion.Violated, SpreadChecker.Check([new ModelRecord("units/web/0", "")], Zones).Conclusion);
    }

    [Fact]
    public void Views_are_compared_with_answers()
    {
        Dictionary<string, string> view = new() { ["units/web/0"] = "pending" };
        Assert.Equal(Conclusion.Holds, Judge(view, view));
        Assert.Equal(Conclusion.Violated, Judge(view, new Dictionary<string, string>()));
        Assert.Equal(Conclusion.Violated, Judge(new Dictionary<string, string>(), view));
        Assert.Equal(Conclusion.Violated, Judge(view, new Dictionary<string, string> { ["units/web/0"] = "running" }));
    }

    private static Conclusion Judge(Dictionary<string, string> answer, Dictionary<string, string> view) =>
        ModelViewChecker.Check([(new ModelLook("m0", 0, 5, view), view), (new ModelLook("m1", 0, 5, answer), view)]).Conclusion;

    /// <summary>A service with a unit in each of the zones named, each on a machine of its own.</summary>
    private static IReadOnlyList<ModelRecord> Model(string zones, int maxSkew)
    {
        string[] each = zones.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return
        [
            new ModelRecord("services/web", "") { MaxSkew = maxSkew },
            .. each.Select((zone, number) => new ModelRecord(string.Create(CultureInfo.InvariantCulture, $"machines/{number}"), "") { Zone = zone }),
            .. each.Select((_, number) => new ModelRecord(string.Create(CultureInfo.InvariantCulture, $"units/web/{number}"), "") { Machine = number }),
        ];
    }
}
