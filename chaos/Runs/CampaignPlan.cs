namespace StateServer.Chaos.Runs;

/// <summary>Many runs that cover all workloads and faults evenly, with 3 and 5 members; the same seed gives the same runs.</summary>
internal static class CampaignPlan
{
    /// <summary>Every so many runs have one kind of fault only, and one at a time.</summary>
    private const int AloneEvery = 5;

    private const int FaultsARun = 7;
    private const int WorkloadsARun = 4;

    /// <summary>Operations a second of each workload: two runs side by side fit on two cores.</summary>
    private const double Rate = 60;

    /// <summary>The endless sequence of plans.</summary>
    public static IEnumerable<RunPlan> Draw(int seed, double minutes, IReadOnlyList<string> workloads, IReadOnlyList<string> faults)
    {
        var random = new Random(seed);
        var faultDeck = new Queue<string>();
        var workloadDeck = new Queue<string>();
        for (int run = 0; ; run++)
        {
            bool alone = run % AloneEvery == AloneEvery - 1;
            yield return new RunPlan
            {
                Seed = random.Next(1_000_000),
                Minutes = minutes,
                Members = run % 2 == 0 ? 3 : 5,
                Workloads = Deal(workloadDeck, workloads, WorkloadsARun, random),
                Faults = Deal(faultDeck, faults, alone ? 1 : FaultsARun, random),
                Rate = Rate,
                Together = !alone,
            };
        }
    }

    /// <summary>Takes cards that differ from the deck, shuffling a new one under it where it runs out.</summary>
    private static List<string> Deal(Queue<string> deck, IReadOnlyList<string> all, int count, Random random)
    {
        var hand = new List<string>();
        while (hand.Count < Math.Min(count, all.Count))
        {
            if (deck.Count == 0)
            {
                string[] fresh = [.. all];
                random.Shuffle(fresh);
                foreach (string card in fresh.OrderBy(hand.Contains))
                {
                    deck.Enqueue(card);
                }
            }

            string next = deck.Dequeue();
            if (!hand.Contains(next))
            {
                hand.Add(next);
            }
        }

        return hand;
    }
}
