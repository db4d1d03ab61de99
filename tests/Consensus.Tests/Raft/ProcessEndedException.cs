namespace StateServer.Consensus.Tests.Raft;

internal sealed class ProcessEndedException(string line) : Exception(line);
