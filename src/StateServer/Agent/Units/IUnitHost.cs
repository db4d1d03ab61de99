using StateServer.Domain.Identity;

namespace StateServer.Agent.Units;

/// <summary>Runs units as processes that outlive the agent. One run of a unit at a time. For one caller at a time.</summary>
internal interface IUnitHost
{
    /// <summary>The newest order of each unit that was ever started here and not removed.</summary>
    IReadOnlyList<UnitOrder> Found();

    /// <summary>Starts a run; a singleton with its lease.</summary>
    /// <exception cref="IOException">It can't be started.</exception>
    void Start(UnitOrder order, long leaseEnd);

    /// <summary>Looks which runs have ended since; before <see cref="Runs"/> is asked.</summary>
    void Look();

    /// <summary>Whether the unit's newest run is still kept by its shim, as of the last look.</summary>
    bool Runs(UnitName unit);

    /// <summary>Asks a run to stop: TERM, and KILL after its grace, even if the agent is gone by then.</summary>
    void AskToStop(UnitName unit);

    /// <summary>Kills all processes of a run, the shim first.</summary>
    /// <returns>False where some are still there.</returns>
    bool Kill(UnitOrder order);

    /// <summary>How a run ended; null where nobody saw it.</summary>
    UnitExit? ExitOf(UnitOrder order);

    /// <summary>Lets a singleton run on.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="leaseEnd">Until when, nanoseconds of the boot-time clock.</param>
    void Renew(UnitName unit, long leaseEnd);

    /// <summary>Removes what is left of a unit that doesn't run: folder and logs.</summary>
    /// <exception cref="IOException">Some of it can't be removed.</exception>
    void Remove(UnitName unit);
}
