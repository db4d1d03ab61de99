namespace StateServer.Chaos.Workloads;

/// <summary>A read that the judgement needs was not answered: the run is invalid.</summary>
internal sealed class FinalReadFailedException(string message) : Exception(message);
