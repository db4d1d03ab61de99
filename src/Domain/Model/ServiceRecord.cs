using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Model;

/// <summary>What the replicated state knows of one service, which is a distribution group.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Series">The series of the machines its units run on.</param>
/// <param name="Constraints">The environment's and its own, merged when it was deployed or last set.</param>
/// <param name="Command">The program and its arguments; empty where the service only reserves machines.</param>
/// <param name="Environment">Variables for its processes, in order of name.</param>
/// <param name="IsSingleton">True where no two processes of a unit may ever run at once.</param>
/// <param name="MostSkew">The greatest difference of units between its fullest and its emptiest usable zone; 1 or more.</param>
/// <param name="WhenUnsatisfiable">What is done where that can't be held.</param>
/// <param name="IsExposed">True where its ports are open to the world.</param>
/// <param name="Ports">Its own ports, 1 to 65535, ascending.</param>
/// <param name="Life">Whether it is wanted.</param>
/// <param name="NextUnit">The number of the unit that is added next.</param>
/// <param name="CreatedAtMilliseconds">Replicated Unix time.</param>
public sealed record ServiceRecord(
    ServiceName Name,
    string Series,
    Constraints Constraints,
    ImmutableArray<string> Command,
    ImmutableSortedDictionary<string, string> Environment,
    bool IsSingleton,
    int MostSkew,
    WhenUnsatisfiable WhenUnsatisfiable,
    bool IsExposed,
    ImmutableSortedSet<int> Ports,
    Life Life,
    int NextUnit,
    long CreatedAtMilliseconds);
