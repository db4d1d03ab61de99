using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Status;
using StateServer.Consensus.Transport;

namespace StateServer.Consensus.Hosting;

/// <summary>Registers a replica with a host.</summary>
public static class ReplicaServices
{
    /// <summary>
    /// Registers the <see cref="IReplica"/>, its <see cref="ILeaderLog"/>, its <see cref="IMembershipControl"/> and its <see cref="Leases.ILeaseTimes"/> (singletons), what they are made of, and
    /// the hosted service that opens, starts and stops it, with what a registered <see cref="IStatusNotes"/> says beside its status: it starts to take part once the host's ports are open, and at the
    /// stop refuses what is new, hands leadership over and ends within the host's shutdown time. Uses the registered
    /// <see cref="TimeProvider"/>, or the system's.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="options">Validated options.</param>
    public static IServiceCollection AddReplica(this IServiceCollection services, ReplicaOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(provider => ReplicaCore.Create(
            options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(provider => RaftNode.Open(
            options,
            provider.GetRequiredService<ReplicaCore>().Applier,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RaftNode>>()));
        services.AddSingleton(MakeReplica);
        services.AddSingleton<IReplica>(provider => provider.GetRequiredService<LocalReplica>());
        services.AddSingleton<ILeaderLog>(provider => provider.GetRequiredService<LocalReplica>());
        services.AddSingleton(provider => provider.GetRequiredService<LocalReplica>().Leases);
        services.AddSingleton(provider => provider.GetRequiredService<LocalReplica>().Membership);
        services.AddSingleton(provider => provider.GetRequiredService<LocalReplica>().Desk);
        services.AddSingleton<ReplicaPeerService>();
        services.AddGrpc().AddRaftPeers().AddPeerService<ReplicaPeerService>();
        services.AddHostedService<ReplicaLifetime>();
        return services;
    }

    private static LocalReplica MakeReplica(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<ReplicaOptions>();
        var raft = provider.GetRequiredService<RaftNode>();
        return new LocalReplica(
            options,
            raft.Identity.Folder,
            provider.GetRequiredService<ReplicaCore>(),
            raft,
            new GrpcReplicaPeers(raft.Channels),
            new StoredSnapshots(raft),
            new FolderDiskSpace(options.DataFolder),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>(),
            NotesOf(provider));
    }

    /// <summary>Resolved when it is asked for: what notes things may itself know the replica.</summary>
    private static Func<StatusNotes> NotesOf(IServiceProvider provider)
    {
        var notes = new Lazy<IStatusNotes?>(provider.GetService<IStatusNotes>);
        return () => notes.Value?.Now ?? StatusNotes.None;
    }
}
