using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Local;

/// <summary>
/// What the verbs of <c>local</c> do to fixed members. They stand in zones as other machines do, and lose their
/// process with them; but they are no instances of the provider, which could launch others in their place: so their data is kept, and
/// <c>up</c> starts them again.
/// </summary>
/// <param name="root">The cluster's folder.</param>
/// <param name="cluster">The cluster; null where the folder has none.</param>
internal sealed class MemberFaults(LocalRoot root, LocalCluster? cluster)
{
    /// <summary>Kills the members of a zone.</summary>
    /// <returns>Those that it killed, by slot.</returns>
    /// <exception cref="LocalFailureException">One still runs, or its process can't be proven to be its.</exception>
    public Task<ImmutableArray<LocalMember>> KillInAsync(Zone zone) =>
        KillAsync([.. (cluster?.FixedMembers ?? []).Where(m => m.Zone == zone.Name)]);

    /// <summary>Kills the member of a name, or of a machine's number: the members are the first machines, in order of their slots.</summary>
    /// <returns>Null where no member is called so.</returns>
    /// <exception cref="LocalFailureException">It doesn't run, still runs, or its process can't be proven to be its.</exception>
    public async Task<LocalMember?> KillAsync(string machine)
    {
        LocalMember? named = (cluster?.FixedMembers ?? []).SingleOrDefault(m =>
            m.Name == machine || m.Slot.ToString(System.Globalization.CultureInfo.InvariantCulture) == machine);
        return named is null || (await KillAsync([named])).Length == 1
            ? named
            : throw new LocalFailureException(wrongUse: false, $"{named.Name} does not run; 'stateserver up --root {root.Path}' starts it");
    }

    private async Task<ImmutableArray<LocalMember>> KillAsync(ImmutableArray<LocalMember> members)
    {
        if (members.IsEmpty)
        {
            return [];
        }

        using var run = new LocalRun(root, cluster!, TimeProvider.System);
        ImmutableArray<LocalMember> alive = [.. members.Intersect(run.Alive())];
        ImmutableArray<LocalMember> left = await run.KillAsync(alive, static (_, _) => { });
        return left.IsEmpty
            ? alive
            : throw new LocalFailureException(
                wrongUse: false, [.. left.Select(m => $"{m.Name} does not end, or its process can't be proven to be its, and was sent nothing")]);
    }
}
