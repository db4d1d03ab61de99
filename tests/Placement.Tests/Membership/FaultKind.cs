namespace StateServer.Placement.Tests.Membership;

/// <summary>What may happen.</summary>
internal enum FaultKind
{
    /// <summary>A member's process ends for good; its instance is shown as running on.</summary>
    Kill,

    /// <summary>An instance ends, and the provider says so.</summary>
    EndInstance,

    /// <summary>A process is gone for two seconds.</summary>
    Restart,

    /// <summary>A process is gone for twelve seconds: longer than <c>replace-after</c>.</summary>
    LongRestart,

    /// <summary>The leader alone can't reach one.</summary>
    Cut,

    /// <summary>All cuts are mended.</summary>
    Mend,

    /// <summary>The leader's process ends.</summary>
    KillLeader,

    /// <summary>The leader is gone for two seconds.</summary>
    RestartLeader,

    /// <summary>The leader dies at one of its next steps.</summary>
    DieAtStep,

    /// <summary>The next answer to a step of the leader is lost.</summary>
    LoseAnswer,

    /// <summary>The next launch is made, and its answer lost.</summary>
    LoseLaunchAnswer,

    /// <summary>A zone has no room.</summary>
    Fill,

    /// <summary>All zones have room.</summary>
    Empty,

    /// <summary>A zone fails with all that is in it.</summary>
    FailZone,

    /// <summary>All zones can be used.</summary>
    MendZones,

    /// <summary>The next listing lacks what is there, and calls itself complete.</summary>
    ListLess,

    /// <summary>The next listing shows a running instance as ended.</summary>
    ListEnded,

    /// <summary>The provider answers nothing, or again.</summary>
    Hang,

    /// <summary>An operator asks for another number.</summary>
    Target,

    /// <summary>An operator pauses healing for half a minute.</summary>
    Pause,

    /// <summary>A member announces its stop and is gone for twelve seconds.</summary>
    AnnounceStop,

    /// <summary>The leader's disk stalls, or all are well again.</summary>
    Slow,

    /// <summary>A newcomer ends.</summary>
    KillNewcomer,

    /// <summary>A newcomer of the next operation, or of the one under way, ends at one of the operation's steps.</summary>
    NewcomerDiesAtStep,

    /// <summary>A voter ends at one of the steps of an operation.</summary>
    VoterDiesAtStep,

    /// <summary>An operator wants another in a voter's place.</summary>
    Replace,
}
