using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Domain.Commands.Model;

/// <summary>Makes a service and its first units, numbered from 0 on. The outcome is an <c>AddedOutcome</c> of the units.</summary>
/// <param name="Name">Its name; refused where it exists, dying too.</param>
/// <param name="Series">The series of the machines its units run on.</param>
/// <param name="Constraints">The environment's and its own, merged.</param>
/// <param name="Command">The program and its arguments; empty where the service only reserves machines.</param>
/// <param name="Environment">Variables for its processes. Their values are secret: the readable view names them only.</param>
/// <param name="IsSingleton">True where no two processes of a unit may ever run at once.</param>
/// <param name="MostSkew">See <c>ServiceRecord.MostSkew</c>; 1 or more.</param>
/// <param name="WhenUnsatisfiable">What is done where that can't be held.</param>
/// <param name="Units">How many units; 0 to <c>ModelLimits.MostPerCommand</c>.</param>
/// <param name="Directive">Where an operator wants the units.</param>
public sealed record DeployServiceCommand(
    ServiceName Name,
    string Series,
    Constraints Constraints,
    ImmutableArray<string> Command,
    ImmutableSortedDictionary<string, string> Environment,
    bool IsSingleton,
    int MostSkew,
    WhenUnsatisfiable WhenUnsatisfiable,
    int Units,
    PlacementDirective Directive) : ModelCommand;
