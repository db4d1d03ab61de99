namespace StateServer.Domain.Model;

/// <summary>The cloud that an environment stands on. Numbers are on disk: append only.</summary>
public enum ProviderType
{
    /// <summary>Processes on this machine.</summary>
    Local = 1,

    /// <summary>Amazon EC2.</summary>
    Ec2 = 2,

    /// <summary>OpenStack.</summary>
    OpenStack = 3,

    /// <summary>Microsoft Azure.</summary>
    Azure = 4,
}
