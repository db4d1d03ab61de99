using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Domain.Tests.Model;

public sealed class PlacementDirectiveTests
{
    [Fact]
    public void A_zone_or_a_machine_is_read_and_written_back()
    {
        Assert.Null(PlacementDirective.TryParse("zone=local-a", out var zone));
        Assert.Equal(new PlacementDirective(new Zone("local-a"), null), zone);
        Assert.Equal("zone=local-a", zone.ToString());
        Assert.Null(PlacementDirective.TryParse("3", out var machine));
        Assert.Equal(new PlacementDirective(null, new MachineId(3)), machine);
        Assert.Equal("3", machine.ToString());
    }

    [Theory]
    [InlineData("", "unknown placement directive: ")]
    [InlineData("x", "unknown placement directive: x")]
    [InlineData("lxc:1", "unknown placement directive: lxc:1")]
    [InlineData("-1", "unknown placement directive: -1")]
    [InlineData("01", "unknown placement directive: 01")]
    [InlineData("Zone=a", "unknown placement directive: Zone=a")]
    [InlineData("a\nb", "unknown placement directive: a\\nb")]
    [InlineData("zone=", "invalid availability zone \"\"; give 1 to 64 letters, digits, dots, dashes or underscores, such as local-a")]
    [InlineData("zone=a b", "invalid availability zone \"a b\"; give 1 to 64 letters, digits, dots, dashes or underscores, such as local-a")]
    public void Anything_else_is_refused(string text, string error)
    {
        Assert.Equal(error, PlacementDirective.TryParse(text, out var directive));
        Assert.True(directive.IsNone);
    }
}
