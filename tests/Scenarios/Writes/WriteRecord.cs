namespace StateServer.Scenarios.Writes;

/// <summary>One write, begun and ended at ticks of the process's one monotonic clock.</summary>
internal sealed record WriteRecord(
    string Key, string Value, WriteFate Fate, long Revision, long Begun, long Ended, int Slot, string? Error);
