using StateServer.Consensus.Reads;

namespace StateServer.Watching;

/// <summary>Why a stream of watches was ended.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Refusal">What a read is answered with, where the member must not serve.</param>
internal sealed record WatchEnding(WatchEndReason Reason, ReadRefusedException? Refusal = null);
