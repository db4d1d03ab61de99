using System.Collections.Immutable;

namespace StateServer.Providers.Local;

/// <summary>Settings of the local provider. Every process that may launch in one root is given the same.</summary>
/// <param name="Root">The folder of all machines, absolute.</param>
/// <param name="Command">The argument vector, program first, of a machine's process. The process locks the machine's folder
/// (<see cref="FolderLock"/>) as its first act and for as long as it runs, and leaves <see cref="MachineMark.Variable"/> in the
/// environment of what it starts.</param>
public sealed record LocalProviderOptions(string Root, Func<LocalMachine, ImmutableArray<string>> Command)
{
    /// <summary>The zones; 1 to 26.</summary>
    public ImmutableArray<LocalZone> Zones { get; init; } = LocalZone.First();

    /// <summary>Most machines that may live in the root at once, whatever the zones: 1 to 3,000, so that ten ports for each stay
    /// below the range that Linux takes outgoing ports from (32,768 on, ip(7)).</summary>
    public int MostMachines { get; init; } = 1000;

    /// <summary>The first slot's client port. 2479 leaves room for ten members of <c>up</c> from 2379 on.</summary>
    public int BasePort { get; init; } = 2479;

    /// <summary>Between TERM and KILL where a machine is terminated; more than an agent needs to stop its units.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a call waits for another process's work in the root; that takes milliseconds.</summary>
    public TimeSpan LockPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A machine's log is put aside past so many bytes, one older is kept; looked at with each listing and launch.</summary>
    public long LogLimitBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>All that is wrong, one line each.</summary>
    public IEnumerable<string> Errors()
    {
        if (!Path.IsPathFullyQualified(Root))
        {
            yield return $"root '{Root}' is not absolute";
        }

        if (Zones.IsDefaultOrEmpty || Zones.Length > LocalZone.MostZones)
        {
            yield return $"{(Zones.IsDefault ? 0 : Zones.Length)} zones; 1 to {LocalZone.MostZones}";
            yield break;
        }

        foreach (string wrong in Zones.Select(z => z.Refusal()).OfType<string>())
        {
            yield return wrong;
        }

        foreach (IGrouping<string, LocalZone> twice in Zones.GroupBy(z => z.Zone.Name).Where(g => g.Count() > 1))
        {
            yield return $"zone {twice.Key} occurs more than once";
        }

        if (MostMachines is < 1 or > 3000)
        {
            yield return $"at most {MostMachines} machines; 1 to 3000";
        }
        else if (BasePort < 1 || BasePort > SlotPorts.HighestBase(MostMachines))
        {
            yield return $"base port {BasePort}; 1 to {SlotPorts.HighestBase(MostMachines)} for {MostMachines} machines";
        }

        if (StopGrace < TimeSpan.Zero || LockPatience < TimeSpan.Zero || LogLimitBytes < 1)
        {
            yield return "the stop grace, the lock patience and the log limit can't be negative";
        }
    }
}
