namespace StateServer.Domain.Commands.Model;

/// <summary>A command that changes the model. From <see cref="FirstFeatureLevel"/> on; before it is refused.</summary>
public abstract record ModelCommand : Command
{
    /// <summary>The feature level that knows the model.</summary>
    public const int FirstFeatureLevel = 3;
}
