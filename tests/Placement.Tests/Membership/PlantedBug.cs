namespace StateServer.Placement.Tests.Membership;

/// <summary>What a simulation can be made to do wrong, to see that it is found.</summary>
internal enum PlantedBug
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A newcomer gets an id that another had.</summary>
    ReuseNodeId,

    /// <summary>Every learner that is heard counts as caught up.</summary>
    PromoteTooEarly,

    /// <summary>A replacement goes to the zone of the loss.</summary>
    SameZone,

    /// <summary>A removed member leaves no tombstone.</summary>
    ForgetTombstone,

    /// <summary>A launch whose answer is lost counts as failed.</summary>
    LaunchTwice,

    /// <summary>The next leader doesn't know of the operation under way.</summary>
    ForgetIntent,

    /// <summary>What the leader alone doesn't hear is lost.</summary>
    BelieveOwnEars,

    /// <summary>What a listing shows as ended is lost, whoever hears it.</summary>
    BelieveListings,

    /// <summary>Shrinking takes live members first and doesn't count the quorum.</summary>
    ShrinkByTheLiving,

    /// <summary>Any number of replacements within an hour.</summary>
    ForgetGuard,

    /// <summary>A second newcomer is asked for in one lost member's place.</summary>
    ReplaceTwice,

    /// <summary>Nothing ends or mends an operation that stands still.</summary>
    NeverTurnBack,
}
