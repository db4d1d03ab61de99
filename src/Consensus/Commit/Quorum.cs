namespace StateServer.Consensus.Commit;

/// <summary>How many voters are a majority.</summary>
internal static class Quorum
{
    /// <summary>The smallest number of voters of which any two sets share one.</summary>
    public static int Of(int voters) => (voters / 2) + 1;
}
