namespace StateServer.Bench.Targets;

/// <summary>A cluster under measurement didn't do what it must: start, elect, answer, or keep what it acknowledged.</summary>
internal sealed class TargetFailedException(string message, Exception? inner = null) : Exception(message, inner);
