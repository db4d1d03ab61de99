using System.Collections.Immutable;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Hosting.Placement;

/// <summary>What an instance is given at its start, by what it is for. Thread-safe.</summary>
/// <param name="agents">For machines that host units alone.</param>
/// <param name="members">For state servers' machines.</param>
internal sealed class InstanceStart(AgentStart agents, MemberStart members) : IInstanceStart
{
    /// <inheritdoc/>
    public ImmutableArray<byte> UserData(MachineRecord machine, EnvironmentSettings environment, long incarnation) =>
        machine.StateServer is { } member ? members.UserData(member, machine, environment) : agents.UserData();
}
