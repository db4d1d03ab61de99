namespace StateServer.Chaos.Faults;

/// <summary>What a fault harms. Two faults are in force at once only where their layers differ and don't undo each other.</summary>
internal enum FaultLayer
{
    /// <summary>Processes end or stop.</summary>
    Process,

    /// <summary>A member's folder is changed behind its back: never beside another fault of processes or disks.</summary>
    Folder,

    /// <summary>A disk is slow or full.</summary>
    Disk,

    /// <summary>Links between members.</summary>
    Network,

    /// <summary>Wall clocks.</summary>
    Clock,

    /// <summary>Leadership moves by request.</summary>
    Leadership,
}
