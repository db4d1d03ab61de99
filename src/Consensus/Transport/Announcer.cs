using Grpc.Core;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Membership;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Transport;

/// <summary>
/// While this member hears no leader, it says who and where it is to every member that it knows, and, where none of them answers,
/// to the addresses that it was told to join by, one after the other. So a joining member is taken in, and one that came back at
/// another address is found there. One round each election timeout; survives whatever goes wrong.
/// </summary>
internal sealed partial class Announcer : IAsyncDisposable
{
    /// <summary>Members that are told in a round: all of a cluster, and those that are joining or going.</summary>
    private const int MostMembers = 16;

    private readonly ReplicaOptions _options;
    private readonly PeerChannels _channels;
    private readonly Func<bool> _isInContact;
    private readonly Func<IEnumerable<NodeId>> _known;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<NodeId> _met = [];
    private readonly Task _loop;
    private string? _state;
    private int _nextAddress;

    /// <summary>Begins to look.</summary>
    /// <param name="options">What this member is.</param>
    /// <param name="channels">Leads to the others.</param>
    /// <param name="isInContact">Whether a leader is heard.</param>
    /// <param name="known">The members that this one knows.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log for people.</param>
    public Announcer(
        ReplicaOptions options,
        PeerChannels channels,
        Func<bool> isInContact,
        Func<IEnumerable<NodeId>> known,
        TimeProvider time,
        ILogger logger)
    {
        _options = options;
        _channels = channels;
        _isInContact = isInContact;
        _known = known;
        _time = time;
        _logger = logger;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>What the last round came to, in one line; null while a leader is heard.</summary>
    public string? State => Volatile.Read(ref _state);

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stop.Dispose();
    }

    [LoggerMessage(EventId = 3040, Level = LogLevel.Information, Message = "no leader is heard; said where this member is: {What}")]
    private static partial void LogAnnounced(ILogger logger, string what);

    private async Task RunAsync()
    {
        // A voter's first election comes before its first word; a joining member has nothing to wait for.
        var quiet = _options.Join is null ? 0 : 1;
        while (!_stop.IsCancellationRequested)
        {
            var again = false;
            if (_isInContact())
            {
                quiet = 0;
                Say(null);
            }
            else if (quiet++ > 0)
            {
                again = await TryAsync().ConfigureAwait(false);
            }

            if (!again)
            {
                await PauseAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(_options.ElectionTimeoutHigh, _time, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    /// <returns>True where members were met that were not told yet.</returns>
    private async Task<bool> TryAsync()
    {
        try
        {
            return await AnnounceAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (!_stop.IsCancellationRequested)
            {
                Say($"{exception.GetType().Name}: {exception.Message}");
            }

            return false;
        }
    }

    private async Task<bool> AnnounceAsync()
    {
        var met = _met.Count;
        var members = _known().Concat(_met).Distinct()
            .Where(id => id != _options.Id && _channels.AddressOf(id) is not null)
            .Order().Take(MostMembers).ToList();
        var asked = members.Select(id => AskAsync(_channels.AddressOf(id)!, () => _channels.Invoker(id))).ToList();
        List<(string Outcome, bool Taken)> answers = [.. await Task.WhenAll(asked).ConfigureAwait(false)];
        if (!answers.Exists(answer => answer.Taken) && _options.Join is { Peers.IsEmpty: false } join)
        {
            var address = join.Peers[_nextAddress++ % join.Peers.Length];
            var (invoker, channel) = _channels.Dial(address);
            using (channel)
            {
                answers.Add(await AskAsync(address, () => invoker).ConfigureAwait(false));
            }
        }

        Say(answers.Count == 0 ? "nobody is known to tell it to" : string.Join("; ", answers.Select(answer => answer.Outcome)));
        return _met.Count > met;
    }

    private async Task<(string Outcome, bool Taken)> AskAsync(string address, Func<CallInvoker> invoker)
    {
        var request = new JoinRequest
        {
            Name = _options.Name,
            Zone = _options.Zone.Name,
            PeerAddress = _options.PeerAddress,
            FeatureLevel = StateMachine.HighestFeatureLevel,
            Version = _options.Version,
        };
        request.ClientUrls.AddRange(_options.ClientUrls);
        try
        {
            var deadline = (_time.GetUtcNow() + _options.RequestTimeout).UtcDateTime;
            var reply = await new Protos.Peer.Raft.RaftClient(invoker())
                .JoinAsync(request, deadline: deadline, cancellationToken: _stop.Token).ConfigureAwait(false);
            Meet(reply);
            return ($"{address}: taken note of", true);
        }
        catch (RpcException exception)
        {
            return ($"{address}: {(exception.StatusCode == StatusCode.FailedPrecondition ? "refused: " : "")}{PeerUnavailableException.ReasonOf(exception)}", false);
        }
    }

    /// <summary>What others say of a member's address is believed only where nothing is known of it.</summary>
    private void Meet(JoinReply reply)
    {
        lock (_met)
        {
            foreach (var member in reply.Members.Take(MostMembers))
            {
                var id = new NodeId(member.Id);
                if (id.IsNone || id == _options.Id || _met.Count >= MostMembers || !PeerAddress.IsValid(member.PeerAddress))
                {
                    continue;
                }

                if (_channels.AddressOf(id) is null)
                {
                    _channels.SetAddress(id, member.PeerAddress);
                }

                _met.Add(id);
            }
        }
    }

    private void Say(string? state)
    {
        if (Interlocked.Exchange(ref _state, state) != state && state is not null)
        {
            LogAnnounced(_logger, state);
        }
    }
}
