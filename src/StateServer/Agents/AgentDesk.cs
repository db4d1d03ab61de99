using System.Collections.Concurrent;
using Grpc.Core;
using StateServer.Api.Model;
using StateServer.Consensus;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation;
using StateServer.Placement.Reconciliation.Contacts;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Protos.Agent;
using ModelChanges = StateServer.Placement.Planning.Indexing.ModelChanges;

namespace StateServer.Agents;

/// <summary>
/// Where agents' streams end, on the leader: admits them, or says who leads; keeps one session a machine; pushes each machine's
/// assignment whenever the model changes it; ends all sessions with the term. Thread-safe.
/// </summary>
internal sealed partial class AgentDesk : BackgroundService, IUnitLogs
{
    /// <summary>From one look at the model to the next: many changes in a row are pushed as one.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    /// <summary>Without a change, for a term that ended in silence.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly IReplica _replica;
    private readonly IModelLog _log;
    private readonly ContactTable _contacts;
    private readonly ReconciliationOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<AgentDesk> _logger;
    private readonly ConcurrentDictionary<MachineId, AgentSession> _sessions = new();
    private readonly SemaphoreSlim _changed = new(0, 1);
    private string? _lastFailure;

    /// <summary>Makes it.</summary>
    public AgentDesk(
        IReplica replica, IModelLog log, ContactTable contacts, ReconciliationOptions options, TimeProvider time, ILogger<AgentDesk> logger)
    {
        _replica = replica;
        _log = log;
        _contacts = contacts;
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>The machines whose agents' streams end here.</summary>
    public int Count => _sessions.Count;

    /// <summary>Serves one stream, whose hello was read.</summary>
    /// <exception cref="RpcException">It is refused, or was ended for what the agent sent.</exception>
    public async Task FollowAsync(
        Hello hello, IAsyncStreamReader<AgentMessage> from, IServerStreamWriter<ServerMessage> to, CancellationToken cancellationToken)
    {
        if (_log.LeadingTerm is not { } term)
        {
            await to.WriteAsync(new ServerMessage { Redirect = new Redirect { Leader = LeaderAddress() } }, cancellationToken);
            return;
        }

        _contacts.Begin(term);
        if (AgentAdmission.Refusal(hello, _replica.State.Model, _replica.State.Incarnation) is { } refusal)
        {
            throw new RpcException(refusal);
        }

        var machine = new MachineId(hello.Machine);

        // Before its report is committed: a machine that runs and was never heard would count as silent since the term's beginning.
        _contacts.Heard(term, machine);
        await RegisterAsync(hello, machine, term, cancellationToken);
        AgentDeskMeter.Sessions.Add(1);
        using var session = new AgentSession(
            machine, term, _log, _contacts, stop => ConfirmAsync(term, stop), _time, cancellationToken);
        AgentSession? older = null;
        _sessions.AddOrUpdate(machine, session, (_, known) =>
        {
            older = known;
            return session;
        });
        older?.End();
        try
        {
            // The state is read after the session can be found: a change in between is pushed by the loop.
            var state = _replica.State;
            session.Greet(hello, state.Model);
            Push(state, [session]);
            await session.RunAsync(from, to);
        }
        finally
        {
            _sessions.TryRemove(new(machine, session));
            AgentDeskMeter.Sessions.Add(-1);
        }
    }

    /// <inheritdoc/>
    public Task<LogChunk> AskAsync(MachineId machine, LogRequest question, CancellationToken cancellationToken)
    {
        if (_log.LeadingTerm is not { } term)
        {
            throw new UnitLogException(StatusCode.Unavailable, "this member does not lead, and agents talk to the leader");
        }

        return _sessions.TryGetValue(machine, out var session) && session.Term == term
            ? session.Logs.AskAsync(question, cancellationToken)
            : throw new UnitLogException(
                StatusCode.FailedPrecondition, $"the agent of machine {machine} is not connected to the leader; its log is on that machine");
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _changed.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _log.Changed += Changed;
        ModelState? pushed = null;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await Task.Delay(Pace, _time, stoppingToken);
                await _changed.WaitAsync(Period, stoppingToken);
                pushed = Look(pushed);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
        finally
        {
            _log.Changed -= Changed;
            EndAll(null);
        }
    }

    private ModelState? Look(ModelState? pushed)
    {
        try
        {
            EndAll(_log.LeadingTerm);
            EndSilent();
            var state = _replica.State;
            if (!ReferenceEquals(state.Model, pushed) && !_sessions.IsEmpty)
            {
                Push(state, pushed is null ? [.. _sessions.Values] : Touched(pushed, state.Model));
            }

            _lastFailure = null;
            return state.Model;
        }
        catch (Exception e)
        {
            AgentDeskMeter.Failures.Add(1, new KeyValuePair<string, object?>("cause", e.GetType().Name));
            if (_lastFailure != e.Message)
            {
                _lastFailure = e.Message;
                LogFailed(_logger, e);
            }

            return null;
        }
    }

    /// <summary>
    /// The sessions whose assignment may differ: with thousands of agents, each of whose reports changes the model, it is not made
    /// anew for all of them each time. A session that came meanwhile was given what holds when it came.
    /// </summary>
    private IReadOnlyCollection<AgentSession> Touched(ModelState before, ModelState now)
    {
        if (!ReferenceEquals(before.Services, now.Services) || !ReferenceEquals(before.Environment, now.Environment))
        {
            return [.. _sessions.Values];
        }

        var changes = ModelChanges.Between(before, now);
        HashSet<MachineId> machines = [.. changes.Machines];
        foreach (var name in changes.Units)
        {
            machines.UnionWith(((UnitRecord?[])[before.Units.GetValueOrDefault(name), now.Units.GetValueOrDefault(name)])
                .Select(unit => unit?.Machine).OfType<MachineId>());
        }

        return [.. machines.Select(machine => _sessions.GetValueOrDefault(machine)).OfType<AgentSession>()];
    }

    private void EndAll(long? exceptOfTerm)
    {
        foreach (var session in _sessions.Values.Where(session => session.Term != exceptOfTerm))
        {
            session.End();
        }
    }

    /// <summary>A stream may outlive its agent: one that stopped, or a network that was cut. Who comes back says hello.</summary>
    private void EndSilent()
    {
        foreach (var session in _sessions.Values.Where(session => _contacts.SinceHeard(session.Machine) >= _options.SilentAfter))
        {
            session.End();
        }
    }

    private void Push(ReplicatedState state, IReadOnlyCollection<AgentSession> sessions)
    {
        if (state.Model.Environment is null)
        {
            return;
        }

        foreach (var session in sessions)
        {
            // One that was removed is the provider's to end. One that was lost meanwhile must say anew what it runs.
            if (!state.Model.Machines.TryGetValue(session.Machine, out var machine)
                || (machine.Status == MachineStatus.Lost && !session.CameLost))
            {
                session.End();
                continue;
            }

            session.Assign(MachineAssignment.Of(
                state.Model, machine, state.Keyspace.Revision.Value, state.Incarnation, _options));
        }
    }

    /// <summary>Commits who the machine is, where the model doesn't know it yet.</summary>
    private async Task RegisterAsync(Hello hello, MachineId id, long term, CancellationToken cancellationToken)
    {
        if (!_replica.State.Model.Machines.TryGetValue(id, out var machine))
        {
            throw new RpcException(new(StatusCode.NotFound, $"the environment has no machine {id}"));
        }

        if (machine.Status == MachineStatus.Launching)
        {
            // Which attempt made this instance only the provider knows; until that is settled, an earlier one's may be what calls.
            throw new RpcException(new(StatusCode.Unavailable, $"the outcome of machine {id}'s launch is not known yet; try again"));
        }

        if (machine.Instance?.Name == hello.Instance
            && machine.Address == hello.Address
            && machine.AgentVersion == hello.Version
            && machine.Status is not MachineStatus.Starting)
        {
            return;
        }

        try
        {
            var outcome = await _log.ProposeAsync(
                new ReportMachineCommand(id, new InstanceId(hello.Instance), hello.Address, hello.Version), term, cancellationToken);
            if (outcome is Domain.Outcomes.Rejection rejection)
            {
                throw new RpcException(new(
                    StatusCode.PermissionDenied, $"machine {id} is not instance {hello.Instance}: {rejection.Detail}"));
            }
        }
        catch (ModelLogException e)
        {
            throw new RpcException(new(StatusCode.Unavailable, e.Message));
        }
    }

    /// <summary>
    /// A quorum round that began after the call. A member led in a term before and after it led all the while: nobody leads twice in
    /// one term.
    /// </summary>
    private async ValueTask ConfirmAsync(long term, CancellationToken cancellationToken)
    {
        try
        {
            await _replica.ReadLinearizableAsync(cancellationToken);
        }
        catch (Consensus.Reads.ReadRefusedException e)
        {
            throw new RpcException(new(StatusCode.Unavailable, e.Message));
        }

        if (_log.LeadingTerm != term)
        {
            throw new RpcException(new(StatusCode.Unavailable, "this member does not lead any more"));
        }
    }

    private string LeaderAddress()
    {
        var state = _replica.State;
        var leader = _replica.Position.Leader;
        return state.Members.TryGetValue(leader, out var member) && !member.ClientUrls.IsDefaultOrEmpty && leader != _replica.Status.Id
            ? member.ClientUrls[0].Split("://")[^1].TrimEnd('/')
            : throw new RpcException(new(StatusCode.Unavailable, "no leader is known, or it is not ready yet; try again"));
    }

    private void Changed()
    {
        try
        {
            _changed.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // A look is due already, or none any more.
        }
    }

    [LoggerMessage(6300, LogLevel.Error, "Assignments could not be pushed; it is tried again with the next change")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
