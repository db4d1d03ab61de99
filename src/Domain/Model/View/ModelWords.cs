namespace StateServer.Domain.Model.View;

/// <summary>The model's words, in the view, in events and on the command line. Those in the view never change.</summary>
public static class ModelWords
{
    /// <summary>alive or dying.</summary>
    public static string Of(Life life) => life switch
    {
        Life.Alive => "alive",
        Life.Dying => "dying",
        _ => throw new InvalidOperationException($"an unchecked life {(int)life}"),
    };

    /// <summary>Such as running.</summary>
    public static string Of(MachineStatus status) => status switch
    {
        MachineStatus.Pending => "pending",
        MachineStatus.Launching => "launching",
        MachineStatus.Starting => "starting",
        MachineStatus.Running => "running",
        MachineStatus.Lost => "lost",
        MachineStatus.Terminating => "terminating",
        _ => throw new InvalidOperationException($"an unchecked machine status {(int)status}"),
    };

    /// <summary>Such as backing-off.</summary>
    public static string Of(UnitStatus status) => status switch
    {
        UnitStatus.Pending => "pending",
        UnitStatus.Running => "running",
        UnitStatus.BackingOff => "backing-off",
        UnitStatus.Stopping => "stopping",
        UnitStatus.Stopped => "stopped",
        _ => throw new InvalidOperationException($"an unchecked unit status {(int)status}"),
    };

    /// <summary>Such as capacity-exhausted.</summary>
    public static string Of(LaunchOutcome outcome) => outcome switch
    {
        LaunchOutcome.Unknown => "unknown",
        LaunchOutcome.Launched => "launched",
        LaunchOutcome.CapacityExhausted => "capacity-exhausted",
        LaunchOutcome.ZoneUnavailable => "zone-unavailable",
        LaunchOutcome.QuotaExceeded => "quota-exceeded",
        LaunchOutcome.Unauthorized => "unauthorized",
        LaunchOutcome.InvalidRequest => "invalid-request",
        LaunchOutcome.Transient => "transient",
        _ => throw new InvalidOperationException($"an unchecked launch outcome {(int)outcome}"),
    };

    /// <summary>relax or refuse.</summary>
    public static string Of(WhenUnsatisfiable when) => when switch
    {
        WhenUnsatisfiable.Relax => "relax",
        WhenUnsatisfiable.Refuse => "refuse",
        _ => throw new InvalidOperationException($"an unchecked when-unsatisfiable {(int)when}"),
    };

    /// <summary>As environments.yaml spells it.</summary>
    public static string Of(ProviderType type) => type switch
    {
        ProviderType.Local => "local",
        ProviderType.Ec2 => "ec2",
        ProviderType.OpenStack => "openstack",
        ProviderType.Azure => "azure",
        _ => throw new InvalidOperationException($"an unchecked provider {(int)type}"),
    };
}
