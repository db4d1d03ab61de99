using StateServer.Domain.Identity;
using StateServer.Reports;

namespace StateServer.StateServer.Tests.Reports;

/// <summary>How much more can be lost, over tables: a voter is its zone's letter, lower case where it is dead, '?' and '!' where its zone is unknown.</summary>
public sealed class LossToleranceTests
{
    [Theory]
    [InlineData("", 0, "")]
    [InlineData("A", 0, "")]
    [InlineData("a", 0, "")]
    [InlineData("ABC", 1, "A B C")]
    [InlineData("ABc", 0, "C")]
    [InlineData("Abc", 0, "")]
    [InlineData("AAB", 1, "B")]
    [InlineData("AAA", 1, "")]
    [InlineData("ABCAB", 2, "A B C")]
    [InlineData("ABCAb", 1, "B C")]
    [InlineData("ABCab", 0, "")]
    [InlineData("AbCab", 0, "")]
    [InlineData("aBcAB", 0, "C")]
    [InlineData("AAABC", 2, "B C")]
    [InlineData("ABCABCA", 3, "A B C")]
    [InlineData("ABCABCa", 2, "A B C")]
    [InlineData("AB?", 1, "A B")]
    [InlineData("AB!", 0, "")]
    public void Of(string voters, int members, string zones)
    {
        LossTolerance tolerance = LossTolerance.Of(
            [.. voters.Select(v => (v is '?' or '!' ? (Zone?)null : new Zone(char.ToUpperInvariant(v).ToString()), char.IsAsciiLetterUpper(v) || v == '?'))]);
        Assert.Equal(members, tolerance.Members);
        Assert.Equal(zones, string.Join(' ', tolerance.Zones));
    }
}
