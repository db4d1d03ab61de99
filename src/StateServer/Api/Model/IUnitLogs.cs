using StateServer.Domain.Identity;
using StateServer.Protos.Agent;

namespace StateServer.Api.Model;

/// <summary>Asks the agents, which keep what units print, for pieces of it. Thread-safe.</summary>
internal interface IUnitLogs
{
    /// <summary>Asks a machine's agent for a piece.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="question">Which piece; its id is set here.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UnitLogException">There is no answer; it says why.</exception>
    Task<LogChunk> AskAsync(MachineId machine, LogRequest question, CancellationToken cancellationToken);
}
