namespace StateServer.Domain.Commands.Membership;

/// <summary>A command that changes who belongs to the cluster. From <see cref="FirstFeatureLevel"/> on; before it is refused.</summary>
public abstract record MembershipCommand : Command
{
    /// <summary>The feature level that knows membership operations.</summary>
    public const int FirstFeatureLevel = 4;
}
