namespace StateServer.Recovery;

/// <summary>What <c>recover</c> was asked for.</summary>
/// <param name="Apply">False for a dry run.</param>
/// <param name="Root">The local cluster's folder; null for this user's, or where <paramref name="Folders"/> are given.</param>
/// <param name="Folders">The old members' data folders, comma-separated; null for a local cluster's.</param>
/// <param name="Snapshot">The file to go on with; null for the best disk.</param>
/// <param name="AreFenced">Whether the operator ended the other old members.</param>
/// <param name="Force">Also where a quorum of whole disks is left.</param>
/// <param name="Form">One of <see cref="RecoveryText.Forms"/>.</param>
internal sealed record RecoveryRequest(
    bool Apply, string? Root, string? Folders, string? Snapshot, bool AreFenced, bool Force, string Form)
{
    /// <summary>The arguments that choose the folders, for the next command line.</summary>
    public string Arguments => Folders is { } folders ? $"--data-dir {folders}" : Root is { } root ? $"--root {root}" : "";
}
