using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Agent.Units;

/// <summary>A unit that this machine is to run.</summary>
/// <param name="Unit">Its name.</param>
/// <param name="Assignment">The assignment's number, from 1.</param>
/// <param name="Command">The program and its arguments; empty where nothing is to be run.</param>
/// <param name="Variables">The service's variables.</param>
/// <param name="IsSingleton">True where no two of its processes may ever run at once.</param>
/// <param name="LeaseSeconds">Of a singleton: how long it runs on after the last renewal.</param>
/// <param name="GraceSeconds">From TERM to KILL.</param>
/// <param name="Ports">The service's own ports.</param>
/// <param name="Fault">Why it can't be run as told; null where it can.</param>
internal sealed record WantedUnit(
    UnitName Unit,
    long Assignment,
    ImmutableArray<string> Command,
    ImmutableSortedDictionary<string, string> Variables,
    bool IsSingleton,
    int LeaseSeconds,
    int GraceSeconds,
    ImmutableArray<int> Ports,
    string? Fault = null);
