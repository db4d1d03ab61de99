namespace StateServer.Environments;

/// <summary>What <c>environments</c> says of one.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">local, ec2, openstack or azure.</param>
/// <param name="Region">The provider's region; null where none is given.</param>
/// <param name="Current">True for the current one.</param>
/// <param name="Bootstrapped">True where it is remembered how it is reached.</param>
internal sealed record EnvironmentReport(string Name, string Type, string? Region, bool Current, bool Bootstrapped);
