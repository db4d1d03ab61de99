using Microsoft.Extensions.Logging;
using StateServer.Consensus.Replica;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Duties;

/// <summary>Keeps this member's record in the replicated state as this member is: at its first start, and after its address, zone or version changed.</summary>
/// <param name="options">What this member is.</param>
/// <param name="folder">The folder that its id is bound to.</param>
/// <param name="applier">The state.</param>
/// <param name="leadership">Who leads.</param>
/// <param name="proposals">The way into the log.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class RegistrationDuty(
    ReplicaOptions options,
    FolderId folder,
    Applier applier,
    LeadershipWatch leadership,
    IInternalProposals proposals,
    TimeProvider time,
    ILogger logger)
{
    private MemberRecord? _rejected;

    /// <summary>Proposes the record where it is missing or differs.</summary>
    public async ValueTask PerformAsync(CancellationToken cancellationToken)
    {
        if (leadership.Current.Leader.IsNone)
        {
            return;
        }

        var known = applier.Point.State.Members.GetValueOrDefault(options.Id);
        var record = Record(known);
        if (Equal(known, record) || Equal(_rejected, record))
        {
            return;
        }

        DutyLog.Registering(logger, known is null ? "it is not registered yet" : "it changed");
        var outcome = await proposals.ProposeAsync(new RegisterMemberCommand(record), cancellationToken).ConfigureAwait(false);
        if (outcome is Rejection rejection)
        {
            _rejected = record;
            throw new InvalidOperationException($"the record was rejected: {rejection.Reason}, {rejection.Detail}");
        }
    }

    private static bool Equal(MemberRecord? one, MemberRecord? other) => one is null || other is null
        ? one is null && other is null
        : one.ClientUrls.SequenceEqual(other.ClientUrls) && (one with { ClientUrls = other.ClientUrls, JoinedAt = other.JoinedAt }) == other;

    private MemberRecord Record(MemberRecord? known) => new(
        options.Id,
        options.Name,
        folder,
        options.Zone,
        options.PeerAddress,
        options.ClientUrls,
        StateMachine.HighestFeatureLevel,
        options.Version,
        known?.JoinedAt ?? time.GetUtcNow());
}
