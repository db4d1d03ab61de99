using System.Collections.Immutable;

namespace StateServer.Reports;

/// <summary>One service in the answer of <c>status</c>. Its counts are of all its units, whatever is filtered.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Exposed">Whether its ports are open to the world.</param>
/// <param name="Ports">Its own ports, ascending.</param>
/// <param name="Units">How many units it has, those that are to go included.</param>
/// <param name="UnitsRunning">How many of them run, on machines that aren't lost.</param>
/// <param name="Spread">How many units each zone has; zones without any are left out.</param>
/// <param name="Series">The series of its machines.</param>
/// <param name="Constraints">Words, as <c>get-constraints</c> prints them.</param>
/// <param name="Singleton">Whether no two processes of a unit may run at once.</param>
/// <param name="MaxSkew">The greatest difference of units between two zones.</param>
/// <param name="Dying">Whether it is to go.</param>
/// <param name="Message">What an operator should know of it; null otherwise.</param>
internal sealed record ServiceReport(
    string Name,
    bool Exposed,
    ImmutableArray<int> Ports,
    int Units,
    int UnitsRunning,
    ImmutableSortedDictionary<string, int> Spread,
    string Series,
    string Constraints,
    bool Singleton,
    int MaxSkew,
    bool Dying,
    string? Message);
