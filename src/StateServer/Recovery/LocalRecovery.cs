using System.Collections.Immutable;
using System.Globalization;
using StateServer.Cli;
using StateServer.Consensus.Recovery;
using StateServer.Domain.Identity;
using StateServer.Local;
using StateServer.Options;
using StateServer.Providers.Local;

namespace StateServer.Recovery;

/// <summary>Makes a cluster of one of what a local cluster's old members left. Not thread-safe.</summary>
/// <param name="root">The root; the caller holds its lock.</param>
/// <param name="cluster">Its record.</param>
/// <param name="look">Looks at the old members anew: what is found once none of them runs is what counts.</param>
/// <param name="say">Told of each step.</param>
internal sealed class LocalRecovery(
    LocalRoot root, LocalCluster cluster, Func<ImmutableArray<OldMember>, RecoveryFinding> look, Action<string> say)
{
    private readonly OldMemberEnding _ending = new(root, cluster, TimeProvider.System);

    /// <summary>Stops the old members, ends all but the seat's for good, and turns the seat's folder into the new member's.</summary>
    /// <param name="force">Also where a quorum of whole disks is left.</param>
    /// <returns>What was made.</returns>
    /// <exception cref="VerbFailedException">It is refused, or could not be done; the message says what stands.</exception>
    /// <exception cref="IOException">A file can't be written; the command run again goes on.</exception>
    public async Task<RecoveryResult> RunAsync(bool force)
    {
        // Judged before anybody is stopped: what is refused changes nothing.
        RecoveryJudgement.Refuse(look(OldMemberSearch.In(root, cluster)), force);
        await _ending.StopAsync(OldMemberSearch.In(root, cluster), say);
        RecoveryFinding finding = look(OldMemberSearch.In(root, cluster));
        RecoveryJudgement.Refuse(finding, force);
        OldMember seat = finding.Seat!;
        NewMember member = RecoveryJudgement.Minted(finding);
        using FolderLock claim = await SeatClaim.TakeAsync(seat);
        RecoveredFolder staged = member.Stage(finding);
        try
        {
            string reason = $"its cluster lost its quorum, and goes on as cluster {member.Cluster} with {member.Name}";
            await _ending.EndAsync(finding.Old.Remove(seat), finding.State!.Model.Environment?.Id, reason, say);
            if (seat.Machine is not null)
            {
                MachineSettings.Rewrite(seat.Disk.Folder, member);
            }

            // Before the decision, which no crash undoes: behind it every start must say the new ids.
            Recorded(seat, member, finding.State.Model.Environment?.Id).Replace(root.Path);
        }
        catch
        {
            staged.Abandon();
            throw;
        }

        staged.Commit();
        return new RecoveryResult(member, finding, staged.Aside, $"stateserver up --root {root.Path}");
    }

    /// <summary>
    /// The root's record of the cluster of one: of a fixed member as before; of a machine as of an environment's first member, also where
    /// the others were fixed ones.
    /// </summary>
    private LocalCluster Recorded(OldMember seat, NewMember member, EnvironmentId? environment)
    {
        LocalCluster formed = seat.Machine is not null && cluster.IsFixed && environment is { } owner
            ? cluster with
            {
                FormatVersion = LocalCluster.CurrentFormat,
                EnvironmentId = owner.ToString(),
                BasePort = cluster.MachinePort,
                Zones = cluster.Zones ?? LocalZoneList.Format(LocalZone.First()),
            }
            : cluster;
        int port = int.Parse(member.PeerAddress[(member.PeerAddress.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
        int slot = (port - SlotPorts.Of(formed.BasePort, 0).Peer) / (SlotPorts.Of(0, 1).Client - SlotPorts.Of(0, 0).Client);
        LocalMember recorded = new(slot, member.Name, member.Id.Value.ToString(CultureInfo.InvariantCulture), member.Zone.Name);
        return formed with { ClusterId = member.Cluster.Value.ToString(CultureInfo.InvariantCulture), Members = [recorded] };
    }
}
