namespace StateServer.Scenarios.Wire;

/// <summary>What Maintenance/Status answers of one member.</summary>
internal sealed record StatusReply(
    ulong Cluster, ulong Member, ulong Leader, long Revision, long Term, long Index, long AppliedIndex, string Version, IReadOnlyList<string> Errors);
