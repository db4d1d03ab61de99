using Grpc.Core;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Membership;

/// <summary>
/// The first start of a new cluster's member: it asks all initial members for their folder ids and binds them on its own disk
/// before it votes or stands, so that from the very first vote on a member with an emptied disk is refused (ADR 0030). A member
/// whose id is bound to another folder elsewhere waits here for good, and says so. Thread-safe.
/// </summary>
/// <param name="identity">This member.</param>
/// <param name="pins">The bindings.</param>
/// <param name="channels">Leads to the others.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log for people.</param>
internal sealed partial class Bootstrap(
    MemberIdentity identity, FolderPins pins, PeerChannels channels, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(2);
    private NodeId[]? _initialMembers;
    private ulong _beginning;
    private string? _fault;
    private bool _bound;

    /// <summary>What it waits for, or why it will not end; null once it ended, or where there was nothing to do.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>
    /// Whether this member can answer others: it knows what it begins with, or it is a restart. Before that an answer would let
    /// the other one vote without having compared anything.
    /// </summary>
    public bool CanAnswer => Volatile.Read(ref _bound) || Volatile.Read(ref _initialMembers) is not null;

    /// <summary>Answers another member that asks for this one's folder id; only where <see cref="CanAnswer"/>.</summary>
    /// <returns>The answer, or the refusal where the two lists or beginnings differ.</returns>
    public (IdentifyReply? Reply, PeerRefusal? Refusal) Answer(IdentifyRequest request)
    {
        var own = Volatile.Read(ref _initialMembers);
        if (own is not null && !Volatile.Read(ref _bound) && request.Beginning != _beginning)
        {
            return (null, new(
                PeerRefusalReason.OtherBeginning,
                $"member {identity.Id} begins with {Named(_beginning)}, the asking one with {Named(request.Beginning)}: restore all of them from the same file"));
        }

        return own is not null && !own.Select(id => id.Value).SequenceEqual(request.InitialMembers)
            ? (null, new(
                PeerRefusalReason.OtherInitialMembers,
                $"member {identity.Id} was started with the initial members {string.Join(", ", own)}, the asking one with {string.Join(", ", request.InitialMembers)}"))
            : (new IdentifyReply { FolderId = identity.Folder.Value, Bound = Volatile.Read(ref _bound) }, null);
    }

    /// <summary>A restart: all was bound before.</summary>
    public void Resume() => Volatile.Write(ref _bound, true);

    /// <summary>Binds all initial members; returns once all have answered.</summary>
    /// <param name="configuration">The new cluster's first configuration.</param>
    /// <param name="beginning">The checksum of the snapshot that this member begins with; 0 where it begins empty.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task BindAsync(ClusterConfiguration configuration, ulong beginning, CancellationToken cancellationToken)
    {
        _beginning = beginning;
        Volatile.Write(ref _initialMembers, [.. configuration.Voters]);
        var others = configuration.Voters.Where(id => id != identity.Id).ToList();
        var answers = new Dictionary<NodeId, FolderId> { [identity.Id] = identity.Folder };
        var silent = new Dictionary<NodeId, string>();
        while (true)
        {
            var asked = others.Where(id => !answers.ContainsKey(id)).Select(id => (id, AskAsync(id, cancellationToken))).ToList();
            foreach (var (id, answer) in asked)
            {
                var (folder, failure) = await answer.ConfigureAwait(false);
                if (failure is null)
                {
                    answers[id] = folder;
                    silent.Remove(id);
                }
                else
                {
                    silent[id] = failure;
                }
            }

            if (answers.Count == configuration.Voters.Length)
            {
                break;
            }

            Report("waiting for the other initial members before the first vote: "
                + string.Join("; ", silent.Select(item => $"{item.Key}: {item.Value}")));
            await Task.Delay(RetryDelay, time, cancellationToken).ConfigureAwait(false);
        }

        foreach (var (id, folder) in answers)
        {
            if (!pins.TryBind(id, folder))
            {
                throw new InvalidOperationException($"member {id} is bound to another folder than {folder} here, before its first answer");
            }
        }

        Volatile.Write(ref _fault, null);
        Volatile.Write(ref _bound, true);
    }

    [LoggerMessage(EventId = 3001, Level = LogLevel.Information, Message = "{What}")]
    private static partial void LogWaiting(ILogger logger, string what);

    private async Task<(FolderId Folder, string? Failure)> AskAsync(NodeId id, CancellationToken cancellationToken)
    {
        var request = new IdentifyRequest { Beginning = _beginning };
        request.InitialMembers.AddRange(_initialMembers!.Select(member => member.Value));
        try
        {
            var reply = await new Protos.Peer.Raft.RaftClient(channels.Invoker(id))
                .IdentifyAsync(request, deadline: (time.GetUtcNow() + CallTimeout).UtcDateTime, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            return (new(reply.FolderId), null);
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (default, exception.StatusCode == StatusCode.FailedPrecondition
                ? $"refused: {exception.Status.Detail}"
                : "no answer yet");
        }
    }

    private static string Named(ulong beginning) => beginning == 0 ? "an empty state" : $"the restored snapshot {beginning:x16}";

    private void Report(string what)
    {
        if (Interlocked.Exchange(ref _fault, what) != what)
        {
            LogWaiting(logger, what);
        }
    }
}
