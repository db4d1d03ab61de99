namespace StateServer.Bench.Report;

/// <summary>One figure over all rounds.</summary>
internal sealed record Summary(string Name, string Unit, double Median, double Least, double Most)
{
    /// <summary>Sums up the figures of each name, in the order of the first round.</summary>
    public static IReadOnlyList<Summary> Of(IReadOnlyList<IReadOnlyList<Figure>> rounds) =>
    [
        .. rounds.SelectMany(round => round)
            .GroupBy(figure => (figure.Name, figure.Unit))
            .Select(group => Of(group.Key.Name, group.Key.Unit, [.. group.Select(figure => figure.Value).Order()])),
    ];

    private static Summary Of(string name, string unit, double[] ascending)
    {
        int middle = ascending.Length / 2;
        double median = ascending.Length % 2 == 1 ? ascending[middle] : (ascending[middle - 1] + ascending[middle]) / 2;
        return new Summary(name, unit, median, ascending[0], ascending[^1]);
    }
}
