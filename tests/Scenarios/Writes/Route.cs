using StateServer.Scenarios.Wire;

namespace StateServer.Scenarios.Writes;

/// <summary>Where a worker's next call goes.</summary>
/// <param name="failed">Whether its last one was not answered.</param>
/// <returns>The member's number, for messages, and the connection.</returns>
internal delegate (int Slot, EtcdConnection Connection) Route(bool failed);
