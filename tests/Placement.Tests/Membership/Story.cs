using StateServer.Domain.Commands.Membership;

namespace StateServer.Placement.Tests.Membership;

/// <summary>Two stories that come by every kind of operation, and every way that one can end.</summary>
internal static class Story
{
    /// <summary>Growth, a swap of a dead voter, a lost zone and the way back into it, a swap of a live voter, shrinking.</summary>
    public const string Healing = nameof(Healing);

    /// <summary>Operations that are hit: given up, mended by another newcomer, undone, and a voter lost while they shrink.</summary>
    public const string Interrupted = nameof(Interrupted);

    public static void Tell(string story, Simulation simulation)
    {
        FaultInjection injection = new(simulation.Cluster);
        void Happens(FaultKind kind, int which) => injection.Happen(new(0, kind, which));
        if (story == Healing)
        {
            TellHealing(simulation, Happens);
        }
        else
        {
            TellInterrupted(simulation, Happens);
        }

        simulation.Settle(1200);
    }

    private static void TellHealing(Simulation simulation, Action<FaultKind, int> happens)
    {
        simulation.SetTarget(3);
        simulation.RunUntilWell(60);
        happens(FaultKind.Kill, 0);
        simulation.RunUntilWell(80);
        simulation.SetTarget(5);
        simulation.RunUntilWell(60);
        happens(FaultKind.FailZone, 1);
        simulation.RunUntilWell(120);
        happens(FaultKind.MendZones, 0);
        simulation.RunUntilWell(200);
        Replace(simulation);
        simulation.RunUntilWell(60);
        simulation.SetTarget(3);
        simulation.RunUntilWell(60);
    }

    private static void TellInterrupted(Simulation simulation, Action<FaultKind, int> happens)
    {
        // The second newcomer dies when the first has its vote.
        happens(FaultKind.NewcomerDiesAtStep, 1);
        simulation.SetTarget(5);
        simulation.RunUntilWell(120);

        // One dies before the first change.
        happens(FaultKind.NewcomerDiesAtStep, 0);
        simulation.SetTarget(7);
        simulation.RunUntilWell(80);

        // A dead voter's place: the newcomer dies before its first change, and behind it.
        happens(FaultKind.NewcomerDiesAtStep, 0);
        happens(FaultKind.Kill, 0);
        simulation.RunUntilWell(160);
        happens(FaultKind.NewcomerDiesAtStep, 1);
        happens(FaultKind.Kill, 1);
        simulation.RunUntilWell(160);

        // A live voter's place: the newcomer dies when both vote.
        happens(FaultKind.NewcomerDiesAtStep, 1);
        Replace(simulation);
        simulation.RunUntilWell(200);
        happens(FaultKind.VoterDiesAtStep, 1);
        simulation.SetTarget(3);
        simulation.RunUntilWell(100);
    }

    private static void Replace(Simulation simulation)
    {
        if (simulation.Cluster.Voters.FirstOrDefault(node => node != simulation.Cluster.Leader) is { IsNone: false } leaving)
        {
            simulation.Cluster.Apply(new ReplaceMemberCommand(leaving, "an operator wants it"));
        }
    }
}
