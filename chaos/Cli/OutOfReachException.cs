namespace StateServer.Chaos.Cli;

/// <summary>Something that a verb needs isn't there; its message says what to do, in one line.</summary>
internal sealed class OutOfReachException(string message) : Exception(message);
