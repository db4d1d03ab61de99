namespace StateServer.Scenarios.Writes;

/// <summary>What its writer knows of a write.</summary>
internal enum WriteFate
{
    /// <summary>The server said that it is done.</summary>
    Acknowledged,

    /// <summary>Neither: the call broke, timed out, or the server said that it doesn't know.</summary>
    Unknown,

    /// <summary>The server said that it refused it.</summary>
    Refused,
}
