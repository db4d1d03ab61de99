using StateServer.Domain.Identity;

namespace StateServer.Domain.Tests.Identity;

/// <summary>What users may call things, and what they are told otherwise.</summary>
public sealed class NameTests
{
    [Theory]
    [InlineData("web")]
    [InlineData("a")]
    [InlineData("web-2")]
    [InlineData("my-sql-8")]
    [InlineData("a12345678901234567890123456789012345678901234567890123456789012")]
    public void A_service_name_is_read(string text)
    {
        Assert.Null(ServiceName.TryParse(text, out var name));
        Assert.Equal(text, name.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("Web")]
    [InlineData("8web")]
    [InlineData("-web")]
    [InlineData("web-")]
    [InlineData("we--b")]
    [InlineData("we b")]
    [InlineData("web/0")]
    [InlineData("wéb")]
    [InlineData("a123456789012345678901234567890123456789012345678901234567890123")]
    public void A_wrong_service_name_is_refused(string text) => Assert.Equal(
        $"invalid service name \"{text}\"; give small letters, digits and single hyphens between them, a letter first, 63 characters at most",
        ServiceName.TryParse(text, out _));

    [Theory]
    [InlineData("web/0", "web", 0)]
    [InlineData("my-sql/2147483647", "my-sql", 2147483647)]
    public void A_unit_name_is_read(string text, string service, int number)
    {
        Assert.Null(UnitName.TryParse(text, out var name));
        Assert.Equal(new UnitName(new ServiceName(service), number), name);
        Assert.Equal(text, name.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("web")]
    [InlineData("web/")]
    [InlineData("/0")]
    [InlineData("web/01")]
    [InlineData("web/-1")]
    [InlineData("web/+1")]
    [InlineData("web/0/1")]
    [InlineData("Web/0")]
    [InlineData("web/2147483648")]
    public void A_wrong_unit_name_is_refused(string text) => Assert.Equal(
        $"invalid unit name \"{text}\"; give a service, a slash and a number, such as web/0", UnitName.TryParse(text, out _));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("2147483647", 2147483647)]
    public void A_machine_is_read(string text, int number)
    {
        Assert.Null(MachineId.TryParse(text, out var machine));
        Assert.Equal(number, machine.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("-1")]
    [InlineData("1.0")]
    [InlineData("2147483648")]
    public void A_wrong_machine_is_refused(string text) =>
        Assert.Equal($"invalid machine \"{text}\"; give its number, such as 3", MachineId.TryParse(text, out _));

    [Theory]
    [InlineData("local-a")]
    [InlineData("us-east-1a")]
    [InlineData("1")]
    [InlineData("AZ_1.x")]
    public void A_zone_is_read(string text)
    {
        Assert.Null(Zone.TryParse(text, out var zone));
        Assert.Equal(text, zone.Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a,b")]
    [InlineData("a/b")]
    [InlineData("a12345678901234567890123456789012345678901234567890123456789012345")]
    public void A_wrong_zone_is_refused(string text) => Assert.Equal(
        $"invalid availability zone \"{text}\"; give 1 to 64 letters, digits, dots, dashes or underscores, such as local-a",
        Zone.TryParse(text, out _));

    [Fact]
    public void What_is_quoted_stays_one_line_and_short()
    {
        Assert.Equal("\"a\\nb\\r\\t\\u001b\\\"\\\\\\u2028\"", Quoted.Text("a\nb\r\t\u001b\"\\\u2028"));
        Assert.Equal("a\\n\"", Quoted.Bare("a\n\""));
        Assert.Equal($"\"{new string('x', 100)}…\"", Quoted.Text(new string('x', 101)));
        Assert.Equal($"\"{new string('x', 100)}\"", Quoted.Text(new string('x', 100)));
    }
}
