using System.Globalization;
using System.Text.Json;
using StateServer.Reports.Formats;

namespace StateServer.Recovery;

/// <summary>What a recovery made.</summary>
/// <param name="Member">The one member of the new cluster.</param>
/// <param name="Finding">What it was made of.</param>
/// <param name="Aside">Where what was in its folder is kept.</param>
/// <param name="Start">The command that starts it.</param>
internal sealed record RecoveryResult(NewMember Member, RecoveryFinding Finding, string Aside, string Start)
{
    /// <summary>For people, or as JSON, which is a contract.</summary>
    public string Write(string form)
    {
        string cluster = Member.Cluster.Value.ToString(CultureInfo.InvariantCulture);
        string folder = Finding.Seat!.Disk.Folder;
        return form == "json"
            ? JsonSerializer.Serialize(
                new
                {
                    ClusterId = cluster,
                    NodeId = Member.Id.Value.ToString(CultureInfo.InvariantCulture),
                    Member.Name,
                    Folder = folder,
                    Aside,
                    Kept = RecoveryWords.Kept(Finding),
                    Lost = RecoveryWords.Lost(Finding),
                    Start,
                },
                JsonStatus.Options)
            : string.Join(
                Environment.NewLine,
                $"recovered as cluster {cluster} of one member, {Member.Name}, in {folder}; what was there is kept in {Aside}",
                $"kept: {RecoveryWords.Kept(Finding)}",
                $"lost: {RecoveryWords.Lost(Finding)}",
                $"start it: {Start}",
                "grow it: stateserver ensure-availability" + Wanted,
                "nothing that was launched before is ended until you confirm it: stateserver sweep --confirm");
    }

    /// <summary>As many as there were to be.</summary>
    private string Wanted => Finding.State!.Membership.Target is > 1 and var target
        ? string.Create(CultureInfo.InvariantCulture, $" -n {target}")
        : "";
}
