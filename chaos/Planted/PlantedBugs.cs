using StateServer.Chaos.Membership;

namespace StateServer.Chaos.Planted;

/// <summary>Every bug that can be planted, by name. PlantedBugs.props lists the names too; Layering.Tests compares the two with src.</summary>
internal static class PlantedBugs
{
    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        new("AcknowledgeBeforeFsync", "a follower acknowledges what its disk doesn't have yet")
        {
            Workloads = ["set", "append"],
            Faults = ["power-loss-slow-disk"],
        },
        new("CommitByMedian", "the leader commits what the library counted, its own disk included before it has anything")
        {
            Workloads = ["set", "append"],
            Faults = ["power-loss-slow-disk"],
            Seed = 2,
        },
        new("ConfigurationOnApply", "a configuration is in force when it is applied, not when it is appended")
        {
            Test = "ConfigurationScheduleTest.Two_changes_in_a_row_never_make_two_majorities",
        },
        new("CountMachinesThatStand", "a new machine is numbered behind the highest that stands, not behind the highest there ever was")
        {
            Workloads = ["deploy"],
            Faults = ["kill-follower"],
        },
        new("CutRevisionAtStep", "what a watcher is caught up with in one step may end within a revision, and the next step begins behind it")
        {
            Workloads = ["watch"],
            Faults = ["kill-follower", "pause-follower"],
        },
        new("ExpireInLaterTerm", "a lease's end that the leader of one term judged may come into the log of a later one, and counts")
        {
            Workloads = ["lease", "lock"],
            Faults = ["pause-leader", "quorum-blink"],
        },
        new("ExpireKeyByKey", "the keys of a lease that ends are deleted at a revision each")
        {
            Workloads = ["lease"],
            Faults = ["kill-follower"],
        },
        new("ForgetIntent", "a leader leaves the change of votes alone that an earlier leader began")
        {
            Workloads = [MembershipCatalogue.Workload],
            Faults = ["lose-leader-in-change"],
        },
        new("ForgetRestoredEvents", "a member that restores a snapshot goes on watching at its revision, without what lies before")
        {
            Workloads = ["watch", "bulk"],
            Faults = ["snapshot-jump"],
        },
        new("ForgetSession", "the outcomes kept for retries are forgotten when the leader changes")
        {
            Workloads = ["retry"],
            Faults = ["kill-leader", "pause-leader"],
        },
        new("ForgetTombstone", "peers are not told who was removed")
        {
            Workloads = [MembershipCatalogue.Workload],
            Faults = ["come-back", "sleep-past-replacement"],
        },
        new("IgnoreFailedFsync", "a failed fdatasync is taken for a good one")
        {
            Workloads = ["set"],
            Faults = ["fsync-error-leader", "fsync-error-follower"],
        },
        new("InstallHalfSnapshot", "a snapshot whose transfer broke off is installed as far as it came")
        {
            Workloads = ["set", "bulk"],
            Faults = ["snapshot-cut"],
            Seed = 2,
        },
        new("KeepAliveWithoutRound", "the leader answers keep-alives without asking anybody whether it still leads")
        {
            Workloads = ["lease", "lock"],
            Faults = ["partition-isolate-leader", "pause-leader"],
        },
        new("KeepTornTail", "what a power loss tore stays behind the log's end")
        {
            // Large writes leave long torn ends, and it takes many small ones over them until a gap between two shows what was left.
            Workloads = ["set", "bulk"],
            Faults = ["power-loss-slow-disk"],
            Rate = 400,
            Seed = 22,
        },
        new("LeaseTimeSinceGrant", "a new leader counts a lease's time from its grant, by the wall clock")
        {
            Workloads = ["lease", "lock"],
            Faults = ["kill-leader", "move-leader"],
        },
        new("OutliveRemoval", "a member that is told of its removal runs on")
        {
            Workloads = [MembershipCatalogue.Workload],
            Faults = ["come-back", "sleep-past-replacement"],
        },
        new("ProgressOvertakesEvents", "progress is told though watchers of the stream are still being caught up")
        {
            Workloads = ["watch"],
            Faults = ["kill-follower", "pause-follower"],
        },
        new("ReadWithoutRound", "the leader answers linearizable reads without asking anybody whether it still leads")
        {
            Workloads = ["register"],
            Faults = ["partition-isolate-leader", "pause-leader"],
            Rate = 400,
        },
        new("RepeatModelCommand", "request ids keep no change of the model from being executed again")
        {
            Workloads = ["deploy"],
            Faults = ["kill-leader", "pause-leader"],
        },
        new("SameZoneAgain", "a lost member's replacement may stand in the zone of the loss")
        {
            // One zone has no room: with five members the zone of a loss is then the emptiest of those that are left.
            Workloads = [MembershipCatalogue.Workload],
            Faults = ["lose-follower"],
            Members = 5,
        },
        new("SkipTermCheck", "a command sent to the leader of one term is appended in a later one")
        {
            Workloads = ["set", "register"],
            Faults = ["quorum-blink"],
            Rate = 600,
        },
        new("TellAgainAfterFailover", "a watch that begins at a revision this member has not applied yet is told those before it too")
        {
            Workloads = ["watch"],
            Faults = ["kill-leader", "pause-follower"],
        },
        new("TruncateOnStaleAppend", "an append of entries that are there already truncates what is behind them")
        {
            Test = "RaftLogTest.A_stale_duplicate_truncates_nothing_and_only_a_conflict_does",
        },
    ];
}
