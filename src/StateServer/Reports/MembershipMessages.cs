using Google.Protobuf.WellKnownTypes;
using Wire = StateServer.Protos.Operator;

namespace StateServer.Reports;

/// <summary>What status says of the membership, to messages and back.</summary>
internal static class MembershipMessages
{
    /// <summary>A zone's loss as a message.</summary>
    public static Wire.ZoneLoss ToMessage(ZoneLoss loss) => new()
    {
        Zone = loss.Zone,
        Voters = loss.Voters,
        VotersLeft = loss.VotersLeft,
        Quorum = loss.Quorum,
        KeepsQuorum = loss.KeepsQuorum,
        HoldsMajority = loss.HoldsMajority,
    };

    /// <summary>A message as a zone's loss.</summary>
    public static ZoneLoss FromMessage(Wire.ZoneLoss message) =>
        new(message.Zone, message.Voters, message.VotersLeft, message.Quorum, message.KeepsQuorum, message.HoldsMajority);

    /// <summary>The membership as a message.</summary>
    public static Wire.MembershipStatus ToMessage(MembershipSummary summary)
    {
        var message = new Wire.MembershipStatus
        {
            Target = summary.Target,
            ShortSince = ToTimestamp(summary.ShortSince),
            FullSince = ToTimestamp(summary.FullSince),
            Operation = summary.Operation is { } operation ? ToMessage(operation) : null,
            HealingPaused = summary.Healing.Paused,
            HealingPausedUntil = ToTimestamp(summary.Healing.PausedUntil),
            Replacements = summary.Replacements,
            Removed = summary.Removed,
        };
        if (summary.Healing.PauseReason is { } why)
        {
            message.HealingPauseReason = why;
        }

        if (summary.Healing.Stopped is { } stopped)
        {
            message.HealingStopped = stopped;
        }

        message.Guards.Add(summary.Healing.Guards);
        message.Awaited.Add(summary.Awaited);
        return message;
    }

    /// <summary>A message as the membership.</summary>
    /// <param name="message">The message.</param>
    /// <param name="asOf">When the members were asked; ages are counted to it.</param>
    public static MembershipSummary FromMessage(Wire.MembershipStatus message, DateTimeOffset asOf) => new(
        message.Target,
        message.ShortSince?.ToDateTimeOffset(),
        AgeOf(message.ShortSince, asOf),
        message.FullSince?.ToDateTimeOffset(),
        AgeOf(message.FullSince, asOf),
        message.Operation is { } operation
            ? new OperationReport(
                operation.Id,
                operation.Kind,
                operation.Step,
                operation.StepsDone,
                operation.Steps,
                operation.Undoing,
                operation.Reason,
                operation.Since.ToDateTimeOffset(),
                AgeOf(operation.Since, asOf)!.Value)
            : null,
        new HealingReport(
            message.HealingPaused,
            message.HealingPausedUntil?.ToDateTimeOffset(),
            message.HasHealingPauseReason ? message.HealingPauseReason : null,
            message.HasHealingStopped ? message.HealingStopped : null,
            [.. message.Guards]),
        [.. message.Awaited],
        message.Replacements,
        message.Removed);

    private static Wire.OperationProgress ToMessage(OperationReport operation) => new()
    {
        Id = operation.Id,
        Kind = operation.Kind,
        Step = operation.Step,
        StepsDone = operation.StepsDone,
        Steps = operation.Steps,
        Undoing = operation.Undoing,
        Reason = operation.Reason,
        Since = Timestamp.FromDateTimeOffset(operation.Since),
    };

    private static Timestamp? ToTimestamp(DateTimeOffset? time) => time is { } there ? Timestamp.FromDateTimeOffset(there) : null;

    private static long? AgeOf(Timestamp? since, DateTimeOffset asOf) =>
        since is null ? null : Math.Max(0, asOf.ToUnixTimeMilliseconds() - since.ToDateTimeOffset().ToUnixTimeMilliseconds()) / 1000;
}
