using System.Collections.Immutable;
using StateServer.Consensus;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Snapshots;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Local;
using StateServer.Options;

namespace StateServer.Snapshots;

/// <summary>Makes data folders of a saved snapshot: of all members of a local cluster, or of one member anywhere.</summary>
/// <param name="saved">The snapshot, verified.</param>
internal sealed class SnapshotRestoration(SavedSnapshot saved)
{
    /// <summary>The state that the new cluster begins with.</summary>
    public ReplicatedState State { get; } = RestoredState.Of(saved.State);

    /// <summary>What the new cluster begins with, for people.</summary>
    public string Summary =>
        $"at revision {State.Keyspace.Revision} with {State.Keyspace.KeyCount} keys, incarnation {State.Incarnation}";

    /// <summary>Whether the ids are new ones, as a new cluster's must be: one line for each that isn't.</summary>
    public IEnumerable<string> IdErrors(ClusterId cluster, IEnumerable<InitialMember> members)
    {
        const string Cure = "a restored cluster is a new one; 'stateserver mint' makes its ids";
        if (cluster == saved.Cluster)
        {
            yield return $"--cluster-id: {cluster.Value} is the cluster that the snapshot was taken of; {Cure}";
        }

        foreach (InitialMember member in members.Where(m => saved.State.Members.ContainsKey(m.Id)))
        {
            yield return $"--initial-members: node id {member.Id} is a member's of the cluster that the snapshot was taken of; {Cure}";
        }
    }

    /// <summary>Makes one member's folder.</summary>
    /// <exception cref="IOException">It isn't empty or can't be written; nothing is left behind.</exception>
    public void MakeMember(string folder, ClusterId cluster, NodeId self, ImmutableArray<InitialMember> members) =>
        RestoredFolder.Make(folder, cluster, self, members, State);

    /// <summary>Makes all folders of a new local cluster, and then its record. The caller holds the root's lock, and the root was empty.</summary>
    /// <exception cref="IOException">One can't be written; nothing is left behind.</exception>
    public void MakeLocal(LocalRoot root, LocalCluster cluster)
    {
        ImmutableArray<InitialMember> members =
            [.. cluster.Members.Select(m => new InitialMember(m.Id, m.Name, cluster.PortsOf(m).PeerAddress))];
        _ = InitialMemberList.TryParseId(cluster.ClusterId, out ulong id);
        try
        {
            foreach (LocalMember member in cluster.Members)
            {
                MakeMember(root.DataFolder(member), new ClusterId(id), member.Id, members);
            }

            cluster.Write(root.Path);
        }
        catch
        {
            foreach (LocalMember member in cluster.Members.Where(m => Directory.Exists(root.MemberFolder(m))))
            {
                Directory.Delete(root.MemberFolder(member), recursive: true);
            }

            throw;
        }
    }
}
