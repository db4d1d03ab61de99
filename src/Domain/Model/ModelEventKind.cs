namespace StateServer.Domain.Model;

/// <summary>What a <see cref="ModelEvent"/> tells. Numbers are on disk: append only.</summary>
public enum ModelEventKind
{
    /// <summary>The environment was bootstrapped.</summary>
    Bootstrapped = 1,

    /// <summary>Constraints were set.</summary>
    ConstraintsSet = 2,

    /// <summary>A service was deployed.</summary>
    ServiceDeployed = 3,

    /// <summary>A service is to go.</summary>
    ServiceDying = 4,

    /// <summary>A service is gone.</summary>
    ServiceRemoved = 5,

    /// <summary>A service's ports were opened.</summary>
    Exposed = 6,

    /// <summary>A service's ports were closed.</summary>
    Unexposed = 7,

    /// <summary>A unit was added.</summary>
    UnitAdded = 8,

    /// <summary>A unit got a machine.</summary>
    UnitAssigned = 9,

    /// <summary>A unit was taken away from its machine.</summary>
    UnitUnassigned = 10,

    /// <summary>A unit's agent reported another status.</summary>
    UnitStatus = 11,

    /// <summary>A unit is to go.</summary>
    UnitDying = 12,

    /// <summary>A unit is gone.</summary>
    UnitRemoved = 13,

    /// <summary>A unit's predecessor has ended.</summary>
    PredecessorEnded = 14,

    /// <summary>A machine was added.</summary>
    MachineAdded = 15,

    /// <summary>A launch attempt was begun.</summary>
    LaunchBegun = 16,

    /// <summary>A launch attempt succeeded.</summary>
    Launched = 17,

    /// <summary>A launch attempt failed.</summary>
    LaunchFailed = 18,

    /// <summary>A machine's agent reports for the first time, or with another address or version.</summary>
    MachineReported = 19,

    /// <summary>A machine counts as lost.</summary>
    MachineLost = 20,

    /// <summary>A lost machine is back.</summary>
    MachineReturned = 21,

    /// <summary>A machine is to go.</summary>
    MachineDying = 22,

    /// <summary>A machine is gone.</summary>
    MachineRemoved = 23,

    /// <summary>An operator asked to try a launch again.</summary>
    ProvisioningRetried = 24,

    /// <summary>A machine or zone was cordoned.</summary>
    Cordoned = 25,

    /// <summary>A machine or zone was uncordoned.</summary>
    Uncordoned = 26,

    /// <summary>A zone is passed over for a while.</summary>
    ZoneAvoided = 27,

    /// <summary>No zone is passed over any more.</summary>
    ZonesCleared = 28,

    /// <summary>So many more things of the same kind happened that they are told in one event.</summary>
    AndMore = 29,

    /// <summary>The whole environment waits, or does no more.</summary>
    Noticed = 30,

    /// <summary>A machine or unit waits.</summary>
    Waits = 31,

    /// <summary>The environment was restored from a snapshot, or recovered from what one state server held.</summary>
    Restored = 32,

    /// <summary>An operator confirmed a restore.</summary>
    RestoreConfirmed = 33,

    /// <summary>An operator said how many state servers there are to be.</summary>
    TargetSet = 34,

    /// <summary>A new member is expected.</summary>
    MemberAdded = 35,

    /// <summary>A member was taken in.</summary>
    MemberJoined = 36,

    /// <summary>A member got a vote.</summary>
    MemberPromoted = 37,

    /// <summary>A member lost its vote.</summary>
    MemberDemoted = 38,

    /// <summary>A member counts as lost.</summary>
    MemberLost = 39,

    /// <summary>A lost member is back.</summary>
    MemberReturned = 40,

    /// <summary>A member announced that it stops for a while.</summary>
    MemberAway = 41,

    /// <summary>A member is gone for ever.</summary>
    MemberRemoved = 42,

    /// <summary>A change of voters is to be made.</summary>
    OperationBegun = 43,

    /// <summary>A change of voters goes the other way.</summary>
    OperationTurned = 44,

    /// <summary>Another newcomer takes part in a change of voters.</summary>
    MemberSubstituted = 45,

    /// <summary>A change of voters is over.</summary>
    OperationFinished = 46,

    /// <summary>Nothing is healed by itself for a while.</summary>
    HealingPaused = 47,

    /// <summary>Healing goes on.</summary>
    HealingResumed = 48,

    /// <summary>An operator asked to replace a member.</summary>
    MemberLeaving = 49,

    /// <summary>The leader decided something of the members that no other event tells: to hand over, or not to heal for now.</summary>
    MembersDecided = 50,
}
