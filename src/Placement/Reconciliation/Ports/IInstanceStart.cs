using System.Collections.Immutable;
using StateServer.Domain.Model;

namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>What an instance is given at its start, so that its agent, or the member that runs there, finds the others. Thread-safe.</summary>
public interface IInstanceStart
{
    /// <summary>
    /// The bytes, at most <see cref="LaunchRequest.MostUserDataBytes"/>. The same machine and environment should give the same
    /// bytes on every member: an attempt whose bytes can't be made again is settled by listings alone.
    /// </summary>
    ImmutableArray<byte> UserData(MachineRecord machine, EnvironmentSettings environment, long incarnation);
}
