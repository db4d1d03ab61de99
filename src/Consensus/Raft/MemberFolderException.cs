namespace StateServer.Consensus.Raft;

/// <summary>A data folder can't be this member's.</summary>
/// <param name="message">One line that says why.</param>
/// <param name="isRetired">Whether it was its member's, who was removed from the cluster.</param>
public sealed class MemberFolderException(string message, bool isRetired = false) : Exception(message)
{
    /// <summary>True where its member was removed from the cluster: it must not be started again.</summary>
    public bool IsRetired => isRetired;
}
