using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Proposals;

namespace StateServer.Consensus.Replica;

/// <summary>What must be there before the Raft core is: the applier that it feeds, and what that answers to.</summary>
/// <param name="Queue">The open proposals.</param>
/// <param name="Digests">The digests kept for comparison.</param>
/// <param name="Applier">The applier.</param>
internal sealed record ReplicaCore(ProposalQueue Queue, DigestRing Digests, Applier Applier)
{
    /// <summary>Makes them, for a process that just started.</summary>
    public static ReplicaCore Create(ReplicaOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        var incarnation = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
        var queue = new ProposalQueue(options, incarnation, time);
        var digests = new DigestRing(options.DigestEveryEntries);
        return new(queue, digests, new Applier(queue, digests, time, loggers.CreateLogger<Applier>()));
    }
}
