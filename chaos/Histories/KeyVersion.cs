namespace StateServer.Chaos.Histories;

/// <summary>A key as one revision left it.</summary>
/// <param name="Value">Its value; a long one by its beginning, length and hash.</param>
/// <param name="CreateRevision">The revision that created it.</param>
/// <param name="ModRevision">The revision that wrote it last.</param>
/// <param name="Version">How often it was written since its creation.</param>
internal sealed record KeyVersion(string Value, long CreateRevision, long ModRevision, long Version);
