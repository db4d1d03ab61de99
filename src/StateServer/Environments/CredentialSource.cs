namespace StateServer.Environments;

/// <summary>Where a credential's value is kept.</summary>
internal enum CredentialSource
{
    /// <summary>In an environment variable.</summary>
    Variable = 1,

    /// <summary>In a file of its own.</summary>
    File = 2,
}
