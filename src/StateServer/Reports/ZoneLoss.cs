using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Reports;

/// <summary>What the loss of one zone would mean, in the answer of <c>status</c>.</summary>
/// <param name="Zone">The zone.</param>
/// <param name="Voters">How many voters stand in it.</param>
/// <param name="VotersLeft">How many voters, alive now, would be left without it.</param>
/// <param name="Quorum">How many are needed.</param>
/// <param name="KeepsQuorum">Whether those that are left are enough.</param>
/// <param name="HoldsMajority">Whether most voters stand in it, though there are several: its loss stops the cluster whatever lives elsewhere.</param>
internal sealed record ZoneLoss(string Zone, int Voters, int VotersLeft, int Quorum, bool KeepsQuorum, bool HoldsMajority)
{
    /// <summary>The same in one line.</summary>
    public string Message =>
        $"{Voters} of the voters; without it {VotersLeft} alive {(VotersLeft == 1 ? "is" : "are")} left, and the quorum is {Quorum}: "
        + (KeepsQuorum ? "kept" : "lost")
        + (HoldsMajority ? "; it holds a majority" : "");

    /// <summary>Each zone in which a voter stands, by name.</summary>
    /// <param name="voters">Every voter: its zone, where it is known, and whether it is alive.</param>
    public static ImmutableArray<ZoneLoss> Of(IReadOnlyCollection<(Zone? Zone, bool Alive)> voters)
    {
        int quorum = (voters.Count / 2) + 1;
        return
        [
            .. voters.Where(voter => voter.Zone is not null).GroupBy(voter => voter.Zone!.Value).OrderBy(zone => zone.Key).Select(zone =>
            {
                int left = voters.Count(voter => voter.Alive && voter.Zone != zone.Key);
                return new ZoneLoss(
                    zone.Key.Name, zone.Count(), left, quorum, left >= quorum, voters.Count > 1 && zone.Count() > voters.Count / 2);
            }),
        ];
    }
}
