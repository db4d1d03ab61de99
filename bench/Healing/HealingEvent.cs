namespace StateServer.Bench.Healing;

/// <summary>What befalls a cluster that heals itself.</summary>
internal enum HealingEvent
{
    /// <summary>The leader is killed with SIGKILL.</summary>
    LeaderKilled,

    /// <summary>A follower is.</summary>
    FollowerKilled,

    /// <summary>Another is asked for in the leader's place: it hands over before it goes.</summary>
    LeaderReplaced,

    /// <summary>Leadership is handed to another voter, and nobody goes.</summary>
    LeadershipTransferred,
}
