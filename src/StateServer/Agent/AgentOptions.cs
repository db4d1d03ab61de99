using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Agent;

/// <summary>What an agent is told at its start.</summary>
internal sealed record AgentOptions
{
    /// <summary>Most units on one machine: far above what fits (each has a process of some 10 MB beside it), and a bound for what a wrong server can ask for.</summary>
    public const int MostUnits = 256;

    /// <summary>The folder of all it keeps, absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>The environment it belongs to.</summary>
    public required EnvironmentId Environment { get; init; }

    /// <summary>The environment's incarnation it was launched in, from 1.</summary>
    public required long Incarnation { get; init; }

    /// <summary>The machine it runs on.</summary>
    public required MachineId Machine { get; init; }

    /// <summary>The provider's name of the machine's instance.</summary>
    public required InstanceId Instance { get; init; }

    /// <summary>Where the machine is reached: a host without a port. Units are given it.</summary>
    public required string Address { get; init; }

    /// <summary>Client addresses of members, host:port: one at least.</summary>
    public required ImmutableArray<string> Endpoints { get; init; }

    /// <summary>The ports that units are given.</summary>
    public required PortRange Ports { get; init; }

    /// <summary>The most that is kept of each unit's output, bytes.</summary>
    public long LogBytes { get; init; } = 16 << 20;
}
