using System.Collections.Immutable;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Outcomes;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Planning.Membership.Steps;
using StateServer.Placement.Reconciliation.Acting;
using StateServer.Placement.Reconciliation.Explaining;
using StateServer.Placement.Reconciliation.Observing;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Reconciliation.Membership;

/// <summary>
/// One term of this member's leadership over the members: one look after the other, and one step a look. Gather, plan, audit, do.
/// All that it remembers outside the log dies with it. It runs beside the model's look, which launches the newcomers' machines and
/// ends the removed ones'. Not thread-safe: one run, or one look, at a time.
/// </summary>
internal sealed class MembershipTerm
{
    private const int MostErrorsTold = 4;
    private const string Work = "leading the members";

    private readonly IMembership _membership;
    private readonly TermLog _log;
    private readonly Func<ProviderSight> _provider;
    private readonly MemberBook _book;
    private readonly ReconciliationOptions _options;
    private readonly TimeProvider _time;
    private readonly CauseLog _causes;
    private readonly MembershipMind _mind;
    private readonly PeerVerdicts _verdicts;
    private readonly MembershipObservation _observation;
    private readonly WakeSignal _wake;
    private readonly DecisionNotes _notes;
    private MembershipInput? _input;
    private ImmutableSortedSet<NodeId> _refused = [];
    private long? _refusedOperation;
    private long? _lookedAt;
    private long _shortSince;
#if PLANTED_ForgetIntent
    private long? _inherited;
#endif
    private string _auditErrors = "";
    private string _stopped = "";
    private string _last = "";

    /// <summary>Makes it; <see cref="RunAsync"/> leads.</summary>
    public MembershipTerm(
        IMembership membership,
        TermLog log,
        Func<ProviderSight> provider,
        MemberBook book,
        ReconciliationOptions options,
        TimeProvider time,
        CauseLog causes,
        MembershipMind mind)
    {
        (_membership, _log, _provider, _book, _options, _time, _causes, _mind) =
            (membership, log, provider, book, options, time, causes, mind);
        _verdicts = new(membership, time);
        _observation = new(_verdicts, options, time);
        _notes = new(membership, log.Term, time);
        _wake = new(time);
        _verdicts.Answered += _wake.Set;
    }

    /// <summary>What the last look saw; null before the first, and where this member can't look. Thread-safe.</summary>
    public MembershipInput? Input => Volatile.Read(ref _input);

    /// <summary>Looks again soon.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Leads until the term is over or <paramref name="stop"/>, whatever fails.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (_log.IsLeading && !stop.IsCancellationRequested)
            {
                await TryLookAsync(stop).ConfigureAwait(false);
                await Task.Delay(_options.ShortestPause, _time, stop).ConfigureAwait(false);
                await _wake.WaitAsync(Pace(), stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end.
        }
        finally
        {
            MembershipMeter.Guarded(MembershipReport.Nothing);
            await _verdicts.StopAsync().ConfigureAwait(false);
        }
    }

    /// <summary>One look, and the step that is due.</summary>
    /// <returns>True where a step was done, so that the next may be due at once.</returns>
    /// <exception cref="MembershipException">A change did not come through.</exception>
    /// <exception cref="ModelLogException">A command of the model did not come through.</exception>
    public async Task<bool> LookAsync(CancellationToken stop)
    {
        // The provider's photograph is taken before the log's: each instance in it has its record there.
        var provider = _provider();
        if (_membership.Read() is not { } sight)
        {
            return false;
        }

        if (_lookedAt is { } looked)
        {
            _observation.NoteGap(_time.GetElapsedTime(looked));
        }

        try
        {
            TellRedundancy(sight);
            ForgetRefusals(sight);
            var input = _observation.Of(sight, provider, _log.Read().Incarnation, _refused, stop);
            Volatile.Write(ref _input, input);
            var plan = MembershipPlanner.Make(input, _mind.Rules);
            Tell(plan);
            await _notes.TellAsync(plan.Report, stop).ConfigureAwait(false);
#if PLANTED_ForgetIntent
            _inherited ??= sight.Membership.Operation?.Id ?? 0;
            if (sight.Membership.Operation?.Id == _inherited)
            {
                return false;
            }
#endif
            return plan.Next is { } step && Passes(input, plan) && await DoAsync(step, sight, input, stop).ConfigureAwait(false);
        }
        finally
        {
            _lookedAt = _time.GetTimestamp();
        }
    }

    private async Task TryLookAsync(CancellationToken stop)
    {
        try
        {
            if (await LookAsync(stop).ConfigureAwait(false))
            {
                _wake.Set();
            }

            _causes.Worked(Work);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            _causes.Failed(Work, e);
        }
    }

    private TimeSpan Pace()
    {
        try
        {
            return MembershipPace.Of(_membership.Read(), _options);
        }
        catch (Exception e)
        {
            _causes.Failed(Work, e);
            return _options.Period;
        }
    }

    private Task<bool> DoAsync(MembershipStep step, MembershipSight sight, MembershipInput input, CancellationToken stop)
    {
        TellStep(step, input);
        return step switch
        {
            ChangeVoteStep change => ChangeVoteAsync(change, stop),
            HandOverStep handOver => HandOverAsync(handOver, stop),
            _ => MembershipCommands.Of(step, () => (_mind.Mint.Id(sight), _mind.Mint.Name(sight))) switch
            {
                MembershipCommand command => ProposeAsync(step, command, input, stop),
                ModelCommand command => ProposeAsync(step, command, stop),
                _ => throw new InvalidOperationException($"no command is known for: {step}"),
            },
        };
    }

    private async Task<bool> ProposeAsync(MembershipStep step, MembershipCommand command, MembershipInput input, CancellationToken stop)
    {
        var outcome = await CountedAsync(step, () => _membership.ProposeAsync(command, _log.Term, stop)).ConfigureAwait(false);
        if (outcome is Rejection rejection)
        {
            // The state has moved on since the photograph, or planner and rules disagree: that is told once.
            _causes.Failed("proposing a step on the members", new InvalidOperationException(rejection.Detail));
            return false;
        }

        _causes.Worked("proposing a step on the members");
        Measure(step, input);
        return true;
    }

    private async Task<bool> ProposeAsync(MembershipStep step, ModelCommand command, CancellationToken stop)
    {
        var refused = await _log.ProposeAsync(command, stop).ConfigureAwait(false);
        MembershipMeter.Step(step.GetType().Name, refused?.Reason.ToString() ?? "done");
        return refused is null;
    }

    /// <summary>What is refused is remembered until the operation is another one, or it works.</summary>
    private async Task<bool> ChangeVoteAsync(ChangeVoteStep change, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(_options.VoteTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            await CountedAsync(change, async () =>
            {
                await (change.Promotes
                    ? _membership.PromoteAsync(change.Member, either.Token)
                    : _membership.RemoveVoterAsync(change.Member, either.Token)).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
            _refused = _refused.Remove(change.Member);
            return true;
        }
        catch (MembershipException e) when (!e.IsUnknown)
        {
            (_refused, _refusedOperation) = (_refused.Add(change.Member), change.Operation);
            throw;
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new MembershipException("a vote change took too long", isUnknown: true, e);
        }
    }

    private async Task<bool> HandOverAsync(HandOverStep handOver, CancellationToken stop)
    {
        await _notes.TellAsync(handOver, stop).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(_options.VoteTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            await CountedAsync(handOver, async () =>
            {
                await _membership.TransferLeadershipAsync(handOver.Target, either.Token).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
            return false;
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new MembershipException("handing over took too long", isUnknown: true, e);
        }
    }

    private static async Task<T> CountedAsync<T>(MembershipStep step, Func<Task<T>> perform)
    {
        try
        {
            var result = await perform().ConfigureAwait(false);
            MembershipMeter.Step(step.GetType().Name, result is Rejection rejection ? rejection.Reason.ToString() : "done");
            return result;
        }
        catch (MembershipException e)
        {
            MembershipMeter.Step(step.GetType().Name, e.IsUnknown ? "unknown" : "refused");
            throw;
        }
    }

    /// <summary>Where the planner and its audit disagree it is a defect, told once, and no reason to act on either.</summary>
    private bool Passes(MembershipInput input, MembershipPlan plan)
    {
        var errors = string.Join("; ", _mind.Audit(input, plan).Take(MostErrorsTold));
        if (errors.Length > 0)
        {
            ReconciliationMeter.Failure("audit");
            _book.NoteStopped($"a step did not pass its audit, and is not done: {errors}");
            if (errors != _auditErrors)
            {
                ReconciliationLog.AuditFailed(_causes.Logger, errors);
            }
        }

        _auditErrors = errors;
        return errors.Length == 0;
    }

    private void ForgetRefusals(MembershipSight sight)
    {
        if (sight.Membership.Operation?.Id != _refusedOperation)
        {
            (_refused, _refusedOperation) = ([], null);
        }
    }

    private void Tell(MembershipPlan plan)
    {
        _book.Note(plan.Report);
        MembershipMeter.Guarded(plan.Report);
        if (plan.Report.Stopped.Length > 0 && _stopped.Length == 0)
        {
            ReconciliationLog.HealingStopped(_causes.Logger, plan.Report.Stopped);
        }

        _stopped = plan.Report.Stopped;
    }

    /// <summary>Once for each step, however often it is tried.</summary>
    private void TellStep(MembershipStep step, MembershipInput input)
    {
        var text = step.Tell(input.NameOf);
        if (text != _last)
        {
            ReconciliationLog.Step(_causes.Logger, text);
        }

        _last = text;
    }

    private void TellRedundancy(MembershipSight sight)
    {
        var since = sight.Membership.ShortSinceMilliseconds;
        if (since == 0 && _shortSince > 0)
        {
            MembershipMeter.Redundant(Math.Max(0, sight.NowMilliseconds - _shortSince));
        }

        _shortSince = since;
    }

    private static void Measure(MembershipStep step, MembershipInput input)
    {
        switch (step)
        {
            case DeclareLostStep lost:
                MembershipMeter.Detected(input.Contact.GetValueOrDefault(lost.Member)?.SilentForMilliseconds ?? 0);
                break;
            case TurnOperationStep when input.Membership.Operation is { } operation && operation.IsUntouched(input.Membership.Voters):
                MembershipMeter.Operation(operation.Kind, "aborted");
                break;
            case FinishOperationStep when input.Membership.Operation is { } operation:
                MembershipMeter.Operation(operation.Kind, operation.Undoing ? "undone" : "done");
                foreach (var replaced in operation.Undoing || operation.Kind != OperationKind.Swap ? [] : operation.Remove)
                {
                    if (input.Membership.Standings.GetValueOrDefault(replaced) is { Mark: MemberMark.Lost } standing)
                    {
                        MembershipMeter.Replaced(Math.Max(0, input.NowMilliseconds - standing.SinceMilliseconds));
                    }
                }

                break;
        }
    }
}
