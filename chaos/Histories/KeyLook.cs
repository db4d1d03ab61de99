namespace StateServer.Chaos.Histories;

/// <summary>A linearizable read that told whether a key is there.</summary>
internal sealed record KeyLook(string Key, long Call, long Return, bool IsThere);
