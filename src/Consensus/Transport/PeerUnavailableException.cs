using StateServer.Domain.Identity;

namespace StateServer.Consensus.Transport;

/// <summary>Another member can't be reached, did not answer in time, or refused the call.</summary>
internal sealed class PeerUnavailableException(NodeId peer, string message, Exception? inner = null)
    : IOException($"member {peer} is unavailable: {message}", inner);
