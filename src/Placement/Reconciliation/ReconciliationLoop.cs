using Microsoft.Extensions.Logging;
using StateServer.Domain.Model;
using StateServer.Placement.Planning;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Reconciliation.Acting;
using StateServer.Placement.Reconciliation.Contacts;
using StateServer.Placement.Reconciliation.Explaining;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Reconciliation;

/// <summary>
/// Makes the environment what its model says, on the leader alone: gather one observation, plan, audit, propose the plan's steps,
/// do what is committed, look again (ADR 0081). It idles on followers and where no environment was bootstrapped. Whatever fails is
/// tried again. One <see cref="RunAsync"/> at a time; all else is thread-safe.
/// </summary>
public sealed class ReconciliationLoop
{
    private readonly IModelLog _log;
    private readonly IProviderSource _providers;
    private readonly IInstanceStart _start;
    private readonly ContactTable _contacts;
    private readonly DecisionBook _book;
    private readonly ReconciliationOptions _options;
    private readonly TimeProvider _time;
    private readonly IMembership? _membership;
    private readonly CauseLog _causes;
    private readonly WakeSignal _wake;
    private LeaderTerm? _leading;

    /// <summary>Makes it; without <paramref name="membership"/> it leaves the members alone.</summary>
    public ReconciliationLoop(
        IModelLog log,
        IProviderSource providers,
        IInstanceStart start,
        ContactTable contacts,
        DecisionBook book,
        ReconciliationOptions options,
        TimeProvider time,
        ILogger<ReconciliationLoop> logger,
        IMembership? membership = null)
    {
        _membership = membership;
        _log = log;
        _providers = providers;
        _start = start;
        _contacts = contacts;
        _book = book;
        _options = options;
        _time = time;
        _causes = new(logger);
        _wake = new(time);
    }

    /// <summary>What the last look of this term saw; null where this member doesn't lead, or has not seen the provider's zones yet.</summary>
    public PlanningInput? LastInput => Volatile.Read(ref _leading)?.Input;

    /// <summary>What the last look at the members saw in this term; null where this member doesn't lead, or leaves them alone.</summary>
    public MembershipInput? LastMembersInput => Volatile.Read(ref _leading)?.MembersInput;

    /// <summary>Looks again soon.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Runs until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        _log.Changed += _wake.Set;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await TryLeadAsync(stop).ConfigureAwait(false);
                await _wake.WaitAsync(_options.Period, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end.
        }
        finally
        {
            _log.Changed -= _wake.Set;
        }
    }

    private async Task TryLeadAsync(CancellationToken stop)
    {
        try
        {
            if (_log.LeadingTerm is { } term)
            {
                await LeadAsync(term, stop).ConfigureAwait(false);
            }
            else
            {
                // Why this member could do nothing is no word on what the leader does now.
                _book.Clear();
            }

            _causes.Worked("leading");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            _causes.Failed("leading", e);
            _book.NoteWaiting(e.Message);
        }
    }

    private async Task LeadAsync(long term, CancellationToken stop)
    {
        _contacts.Begin(term);
        if (_log.Read().Model.Environment is not { } environment)
        {
            return;
        }

        var log = new TermLog(_log, term);
        if (await FindAsync(environment, log, stop).ConfigureAwait(false) is not { } provider)
        {
            return;
        }

        var leading = new LeaderTerm(
            log, environment, provider, _start, _contacts, _book, _options, _wake, _time, _causes, _membership);
        ReconciliationLog.Leading(_causes.Logger, environment.Name, term);
        _book.Clear();
        Volatile.Write(ref _leading, leading);
        try
        {
            await leading.RunAsync(stop).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _leading, null);
            _book.Clear();
            ReconciliationLog.Left(_causes.Logger, term);
        }
    }

    /// <summary>The provider; null where there is none here, which is noted for every member's status.</summary>
    private async Task<IInstanceProvider?> FindAsync(EnvironmentSettings environment, TermLog log, CancellationToken stop)
    {
        try
        {
            var provider = _providers.Find(environment);
            _causes.Worked("finding the provider");
            return provider;
        }
        catch (ProviderException e)
        {
            _causes.Failed("finding the provider", e);
            _book.NoteWaiting(e.Message);
            await new NoticeBoard(log, _time).TellAsync(log.Read().Model, null, e.Message, stop).ConfigureAwait(false);
            return null;
        }
    }
}
