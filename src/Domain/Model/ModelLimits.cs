namespace StateServer.Domain.Model;

/// <summary>How much a model holds. Part of the replicated rules: a number may change only with the feature level.</summary>
public static class ModelLimits
{
    /// <summary>Most machines: twice what placement is measured with. Some 10 MB of records.</summary>
    public const int MostMachines = 10_000;

    /// <summary>Most services.</summary>
    public const int MostServices = 1_000;

    /// <summary>Most units: what placement is measured with. Some 50 MB of records and as much of their view.</summary>
    public const int MostUnits = 100_000;

    /// <summary>
    /// Most zones of which something is remembered: more than any region has. Past it a cordon is refused, and a failure takes the
    /// place of the one that is over first.
    /// </summary>
    public const int MostZones = 256;

    /// <summary>
    /// How long a zone is passed over after a launch failed there for want of room, in milliseconds: three minutes, as long as
    /// Karpenter keeps an offering unavailable.
    /// </summary>
    public const long ZoneFailureMilliseconds = 180_000;

    /// <summary>
    /// Most units, machines or reports in one command: one Apply then writes at most some 2,000 keys, a few milliseconds, between
    /// two states that readers can see.
    /// </summary>
    public const int MostPerCommand = 1_000;

    /// <summary>Most units on one machine: as many as an agent runs. Losing or removing it is one command.</summary>
    public const int MostUnitsPerMachine = 256;

    /// <summary>Most bytes of a service's command with its arguments, in UTF-8: a quarter of what Linux takes for one argument.</summary>
    public const int MostCommandBytes = 32 << 10;

    /// <summary>Most bytes of a service's variables, names and values, in UTF-8.</summary>
    public const int MostEnvironmentBytes = 32 << 10;

    /// <summary>Most ports of a service.</summary>
    public const int MostPorts = 64;

    /// <summary>Most tags, zones or images in one list.</summary>
    public const int MostListItems = 64;

    /// <summary>Greatest <c>max-skew</c>: as many units as a command makes.</summary>
    public const int MostSkew = MostPerCommand;

    /// <summary>Most characters of other names: instances, addresses, versions, series, tags.</summary>
    public const int LongestName = 255;

    /// <summary>Most characters of a line that people read (messages, failures, reasons): what is longer is cut.</summary>
    public const int LongestLine = 500;

    /// <summary>Most events that are kept; the oldest go first.</summary>
    public const int MostEvents = 1_000;

    /// <summary>
    /// Most events of one kind from one command; what goes beyond is told in one more, so that a large command leaves the story
    /// before it readable.
    /// </summary>
    public const int MostEventsPerCommand = 32;
}
