using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning;
using StateServer.Placement.Planning.Audit;
using StateServer.Placement.Planning.Indexing;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Planning.Reports;
using StateServer.Placement.Planning.Steps;
using StateServer.Placement.Reconciliation.Acting;
using StateServer.Placement.Reconciliation.Contacts;
using StateServer.Placement.Reconciliation.Explaining;
using StateServer.Placement.Reconciliation.Launching;
using StateServer.Placement.Reconciliation.Membership;
using StateServer.Placement.Reconciliation.Observing;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Placement.Reconciliation.Terminating;

namespace StateServer.Placement.Reconciliation;

/// <summary>
/// One term of this member's leadership over an environment: all that is remembered outside the log lives and dies with it, and
/// the next leader begins from the log alone. One look after the other: gather, plan, audit, propose, let the executors do what is
/// committed, look again.
/// </summary>
internal sealed class LeaderTerm
{
    private const int MostErrorsTold = 4;

    /// <summary>How often this member tells that it runs: several times in the gap that makes silence count anew.</summary>
    private static readonly TimeSpan PulsePeriod = TimeSpan.FromMilliseconds(250);

    private readonly TermLog _log;
    private readonly ContactTable _contacts;
    private readonly DecisionBook _book;
    private readonly ReconciliationOptions _options;
    private readonly TimeProvider _time;
    private readonly CauseLog _causes;
    private readonly WakeSignal _wake;
    private readonly ProviderWatch _watch;
    private readonly InstanceLedger _ledger;
    private readonly LaunchExecutor _launches;
    private readonly TerminationExecutor _terminations;
    private readonly NoticeBoard _notices;
    private readonly MembershipTerm? _members;
    private PlacementIndex? _index;
    private PlanningInput? _input;
    private PlanReport? _report;
    private string _leftAlone = "";
    private string _paused = "";
    private string _auditErrors = "";

    /// <summary>Makes it; <see cref="RunAsync"/> leads.</summary>
    public LeaderTerm(
        TermLog log,
        EnvironmentSettings environment,
        IInstanceProvider provider,
        IInstanceStart start,
        ContactTable contacts,
        DecisionBook book,
        ReconciliationOptions options,
        WakeSignal wake,
        TimeProvider time,
        CauseLog causes,
        IMembership? membership)
    {
        _log = log;
        _contacts = contacts;
        _book = book;
        _options = options;
        _time = time;
        _causes = causes;
        _wake = wake;
        _watch = new(provider, environment.Id, () => log.Read().Model.Machines, options, time, causes);
        _ledger = new(options.BetweenListings, time);
        _launches = new(log, provider, start, _watch, options, time, causes);
        _terminations = new(log, environment.Id, provider, _watch, options, time, causes);
        _notices = new(log, time);
        _watch.Changed += wake.Set;
        _launches.Ended += wake.Set;
        _terminations.Ended += wake.Set;
        if (membership is not null)
        {
            _members = new(
                membership, log, () => _watch.Sight, book.Members, options, time, causes, MembershipMind.Default);
            _watch.Changed += _members.Wake;
        }
    }

    /// <summary>What the last look saw; null before the provider's zones were listed.</summary>
    public PlanningInput? Input => Volatile.Read(ref _input);

    /// <summary>What the last look at the members saw; null before the first, and where they are left alone.</summary>
    public MembershipInput? MembersInput => _members?.Input;

    /// <summary>Leads until the term is over or <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var term = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watching = _watch.RunAsync(term.Token);
        var pulsing = PulseAsync(term.Token);
        var members = _members?.RunAsync(term.Token) ?? Task.CompletedTask;
        try
        {
            while (_log.IsLeading && !stop.IsCancellationRequested)
            {
                _members?.Wake();
                await LookAsync(term.Token).ConfigureAwait(false);
                await Task.Delay(_options.ShortestPause, _time, term.Token).ConfigureAwait(false);
                await _wake.WaitAsync(_options.Period, term.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end.
        }
        finally
        {
            await term.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);
            await pulsing.ConfigureAwait(false);
            await members.ConfigureAwait(false);
            ReconciliationMeter.Paused(false);
            await _launches.StopAsync().ConfigureAwait(false);
            await _terminations.StopAsync().ConfigureAwait(false);
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        // The provider's photograph is taken before the log's: each instance in it has its record there.
        var provider = _watch.Sight;
        var sight = _log.Read();
        Plan? plan = null;
        var failed = await TryAsync(
            "planning",
            async () =>
            {
                _ledger.Observe(provider, sight.Model.Machines, sight.Incarnation);
                plan = await PlanAsync(sight, provider, stop).ConfigureAwait(false);
            },
            stop).ConfigureAwait(false);
        if (failed)
        {
            // What failed in the middle of a change may have left it half done; it is counted anew.
            _index = null;
        }

        failed |= await TryAsync("acting", () => ActAsync(plan, stop), stop).ConfigureAwait(false);
        failed |= await TryAsync("noting what waits", () => _notices.TellAsync(sight.Model, _report, Notice(sight, provider), stop), stop)
            .ConfigureAwait(false);
        ReconciliationMeter.Round(failed);
    }

    /// <summary>Why the whole environment waits; null while this leader is too new to tell.</summary>
    private string? Notice(ModelSight sight, ProviderSight provider)
    {
        if (sight.Model.IsRestored)
        {
            return NoticeBoard.Restored;
        }

        if (_contacts.Age < _options.AgentGrace)
        {
            return null;
        }

        return _auditErrors.Length > 0 ? $"a plan did not pass its audit, and nothing of it is done: {_auditErrors}"
            : provider.Problem.Length > 0 ? $"the provider does not answer: {provider.Problem}"
            : _report is null ? null
            : NoticeBoard.OfPause(_report.Paused, SilentAgents(sight.Model));
    }

    private IEnumerable<MachineId> SilentAgents(ModelState model) => (_input?.Contact.SilentForMilliseconds.Keys ?? [])
        .Where(id => model.Machines.GetValueOrDefault(id) is { Status: MachineStatus.Running });

    /// <summary>Until the term is over: silence counts only while this member runs.</summary>
    private async Task PulseAsync(CancellationToken stop)
    {
        var gaps = _contacts.Pulse();
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(PulsePeriod, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_contacts.Pulse() is var now && now != gaps)
            {
                gaps = now;
                ReconciliationLog.Slept(_causes.Logger);
                ReconciliationMeter.Failure("slept");
            }
        }
    }

    /// <returns>The plan whose steps were committed; null where there is none.</returns>
    private async Task<Plan?> PlanAsync(ModelSight sight, ProviderSight provider, CancellationToken stop)
    {
        if (Observation.Of(sight, provider, _ledger, _contacts, _options) is not { } input)
        {
            _book.NoteWaiting(provider.Problem.Length > 0
                ? $"the provider's zones are not known: {provider.Problem}"
                : "the provider's zones are not known yet");
            return null;
        }

        Volatile.Write(ref _input, input);
        _index ??= PlacementIndex.Of(input.Model);
        _index.Advance(input.Model);
        var plan = Planner.Make(input, _index);
        _report = plan.Report;
        _book.Note(plan.Report);
        TellPause(plan.Report.Paused);
        if (!Passes(input, plan))
        {
            return null;
        }

        foreach (var command in PlanCommands.Of(plan, input.Model))
        {
            if (await _log.ProposeAsync(command, stop).ConfigureAwait(false) is not null)
            {
                // The model has moved on since the photograph: look again. Where it hasn't, soon enough.
                if (!ReferenceEquals(_log.Read().Model, input.Model))
                {
                    _wake.Set();
                }

                return null;
            }
        }

        // Removals are in each plan until they are done.
        foreach (var step in plan.Steps.Where(step => step is not RemoveMachineStep))
        {
            ReconciliationLog.Step(_causes.Logger, step.ToString()!);
        }

        return plan;
    }

    /// <summary>Where the planner and its audit disagree it is a defect, told once, and no reason to act on either.</summary>
    private bool Passes(PlanningInput input, Plan plan)
    {
        var errors = string.Join("; ", PlanAudit.Errors(input, plan).Take(MostErrorsTold));
        if (errors.Length > 0)
        {
            ReconciliationMeter.Failure("audit");
            _book.NoteWaiting($"the plan did not pass its audit: {errors}");
            if (errors != _auditErrors)
            {
                ReconciliationLog.AuditFailed(_causes.Logger, errors);
            }
        }

        _auditErrors = errors;
        return errors.Length == 0;
    }

    private async Task ActAsync(Plan? plan, CancellationToken stop)
    {
        var sight = _log.Read();
        _launches.Start(sight, stop);
        Terminate(sight, plan, stop);
        foreach (var command in EndedProcesses.Of(sight.Model, machine => _contacts.SinceGranted(machine) >= _options.SuccessorWait))
        {
            await _log.ProposeAsync(command, stop).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Ends what the plan takes away and what is lost. A lost machine whose agent is heard again is left to it: it stops what was
    /// moved, and is then no longer lost.
    /// </summary>
    private void Terminate(ModelSight sight, Plan? plan, CancellationToken stop)
    {
        if (sight.Model.IsRestored)
        {
            // What the snapshot calls lost or to go may be anything by now, and what it doesn't know may be the newest.
            TellLeftAlone();
            return;
        }

        HashSet<string> wanted = [];
        var removed = plan?.Steps.OfType<RemoveMachineStep>().Select(step => step.Machine).ToHashSet() ?? [];
        foreach (var machine in sight.Model.Machines.Values)
        {
            // A state server's machine is ended when its membership is: then its record names no member, or is dying.
            if ((machine.StateServer is null || machine.Life == Life.Dying)
                && (removed.Contains(machine.Id)
                    || machine.Status == MachineStatus.Terminating
                    || (machine.Status == MachineStatus.Lost && !_contacts.IsConnected(machine.Id))))
            {
                wanted.Add($"machine {machine.Id}");
                _terminations.Start(machine, stop);
            }
        }

        foreach (var stray in _ledger.Strays)
        {
            if (!InstanceLedger.HasRecord(stray, sight.Model.Machines))
            {
                wanted.Add($"instance {stray.Id}");
                _terminations.Start(stray, stop);
            }
        }

        _terminations.Forget(wanted);
        TellLeftAlone();
    }

    private void TellLeftAlone()
    {
        var leftAlone = string.Join(", ", _ledger.LeftAlone.Select(
            instance => $"{instance.Id} (incarnation {instance.Tags.Incarnation}, machine {instance.Tags.Machine}, {instance.Tags.Role})").Take(16));
        if (leftAlone != _leftAlone && leftAlone.Length > 0)
        {
            ReconciliationLog.LeftAlone(_causes.Logger, leftAlone);
        }

        _leftAlone = leftAlone;
    }

    private void TellPause(string paused)
    {
        // Once for each pause: its text counts the silent, and changes with each of them.
        if (paused.Length > 0 && _paused.Length == 0)
        {
            ReconciliationLog.Paused(_causes.Logger, paused);
        }

        _paused = paused;
        ReconciliationMeter.Paused(paused.Length > 0);
    }

    /// <summary>One part of a look: what fails is logged once for each cause, and the other parts go on.</summary>
    private async Task<bool> TryAsync(string work, Func<Task> perform, CancellationToken stop)
    {
        try
        {
            await perform().ConfigureAwait(false);
            _causes.Worked(work);
            return false;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            _causes.Failed(work, e);
            return true;
        }
    }
}
