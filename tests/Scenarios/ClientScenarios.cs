using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Tools;

namespace StateServer.Scenarios;

/// <summary>What unmodified clients do, on any cluster.</summary>
internal static class ClientScenarios
{
    private static readonly string[] Texts = ["keys.txt", "transactions.txt", "refusals.txt", "members.txt"];

    /// <summary>Every text through one member.</summary>
    public static async Task RunTextsAsync(TestCluster cluster, int slot)
    {
        foreach (string text in Texts)
        {
            await new TextScenario(text).RunAsync(cluster, slot);
        }
    }
}
