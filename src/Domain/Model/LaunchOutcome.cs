namespace StateServer.Domain.Model;

/// <summary>What became of a launch attempt. Numbers are on disk: append only.</summary>
public enum LaunchOutcome
{
    /// <summary>It was committed, and nothing is known of what the provider did.</summary>
    Unknown = 1,

    /// <summary>The instance exists.</summary>
    Launched = 2,

    /// <summary>The zone has no room for it, or not for this kind: another zone may be tried.</summary>
    CapacityExhausted = 3,

    /// <summary>The zone can't be used at all.</summary>
    ZoneUnavailable = 4,

    /// <summary>The account's limits are reached: no zone helps.</summary>
    QuotaExceeded = 5,

    /// <summary>The provider refuses the credentials.</summary>
    Unauthorized = 6,

    /// <summary>The provider refuses the request as wrong.</summary>
    InvalidRequest = 7,

    /// <summary>The provider could not answer, and listings show that nothing was launched.</summary>
    Transient = 8,
}
