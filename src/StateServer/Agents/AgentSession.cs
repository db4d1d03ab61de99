using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation.Contacts;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Protos.Agent;
using UnitStatus = StateServer.Domain.Model.UnitStatus;

namespace StateServer.Agents;

/// <summary>
/// One agent's stream on the leader, in one term: answers heartbeats after a quorum round, hands out assignments in order with
/// those answers, and brings reports into the log. Three loops, and whichever ends first ends the stream. Thread-safe.
/// </summary>
internal sealed class AgentSession : IDisposable
{
    /// <summary>Heartbeats that wait for their round: an agent that sends so many in one round's time is no agent of ours.</summary>
    private const int MostHeartbeats = 64;

    /// <summary>Messages that wait to be sent: an agent that doesn't read is cut off, and comes again.</summary>
    private const int MostMessages = 1024;

    /// <summary>After a command that did not come through.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    private readonly MachineId _machine;
    private readonly long _term;
    private readonly IModelLog _log;
    private readonly ContactTable _contacts;
    private readonly Func<CancellationToken, ValueTask> _confirm;
    private readonly TimeProvider _time;
    private readonly PendingReports _reports = new();
    private readonly ConcurrentDictionary<(UnitName Unit, long Assignment), bool> _mustEnd = new();
    private readonly Channel<long> _heartbeats = Channel.CreateBounded<long>(MostHeartbeats);
    private readonly Channel<bool> _reported = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Channel<ServerMessage> _messages = Channel.CreateBounded<ServerMessage>(MostMessages);
    private readonly CancellationTokenSource _end;
    private Assignment? _sent;

    /// <summary>Makes it.</summary>
    /// <param name="machine">The machine, whose agent was admitted.</param>
    /// <param name="term">The term.</param>
    /// <param name="log">The log.</param>
    /// <param name="contacts">Told of all that is heard and granted.</param>
    /// <param name="confirm">A quorum round that begins after the call; throws where this member doesn't lead in the term.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public AgentSession(
        MachineId machine,
        long term,
        IModelLog log,
        ContactTable contacts,
        Func<CancellationToken, ValueTask> confirm,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        _machine = machine;
        _term = term;
        _log = log;
        _contacts = contacts;
        _confirm = confirm;
        _time = time;
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Logs = new LogQuestions(machine, Ask, time, _end.Token);
    }

    /// <summary>The machine.</summary>
    public MachineId Machine => _machine;

    /// <summary>The term.</summary>
    public long Term => _term;

    /// <summary>True where the machine counted as lost when its agent came: it is on its way back.</summary>
    public bool CameLost { get; private set; }

    /// <summary>What is asked of its units' logs.</summary>
    public LogQuestions Logs { get; }

    /// <summary>Ends the stream.</summary>
    public void End()
    {
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _end.Dispose();

    /// <summary>Sends an assignment, unless it is the one that was sent last, or an earlier one.</summary>
    public void Assign(Assignment assignment)
    {
        lock (_messages)
        {
            if (_sent is { } sent && sent.Revision > assignment.Revision)
            {
                // Whoever pushes read its state before it came here: the newest state holds, whoever comes last.
                return;
            }

            var isSame = _sent is { } last && last.Zone == assignment.Zone && last.Units.Equals(assignment.Units);
            _sent = assignment;
            if (isSame)
            {
                return;
            }

            Send(new ServerMessage { Assignment = assignment });
        }
    }

    /// <summary>
    /// Takes in what the agent said of its units when it came. What a lost machine still runs though it was moved must end before
    /// anything else; then the machine counts as returned.
    /// </summary>
    public void Greet(Hello hello, ModelState model)
    {
        CameLost = model.Machines.GetValueOrDefault(_machine)?.Status == MachineStatus.Lost;
        foreach (var unit in hello.Units)
        {
            if (ReportInterest.Read(unit) is { Status: not UnitStatus.Stopped } report
                && !(model.Units.TryGetValue(report.Unit, out var record) && record.Machine == _machine && record.Assignment == report.Assignment))
            {
                _mustEnd[(report.Unit, report.Assignment)] = true;
            }

            Report(unit);
        }

        _reported.Writer.TryWrite(true);
    }

    /// <summary>Runs until the stream ends, however it does.</summary>
    public async Task RunAsync(IAsyncStreamReader<AgentMessage> from, IServerStreamWriter<ServerMessage> to)
    {
        _contacts.Connected(_term, _machine);
        try
        {
            Task[] loops = [ListenAsync(from), BeatAsync(), ReportAsync(), SpeakAsync(to)];
            var first = await Task.WhenAny(loops);
            await _end.CancelAsync();
            await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await first;
        }
        catch (OperationCanceledException)
        {
            // The stream's end: this member stopped leading, a newer stream of the machine came, or the agent went.
        }
        finally
        {
            _contacts.Disconnected(_term, _machine);
        }
    }

    private async Task ListenAsync(IAsyncStreamReader<AgentMessage> from)
    {
        while (await from.MoveNext(_end.Token))
        {
            _contacts.Heard(_term, _machine);
            var message = from.Current;
            switch (message.KindCase)
            {
                case AgentMessage.KindOneofCase.Heartbeat:
                    if (!_heartbeats.Writer.TryWrite(message.Heartbeat.Number))
                    {
                        throw new RpcException(new(StatusCode.ResourceExhausted, "heartbeats come faster than they can be answered"));
                    }

                    break;
                case AgentMessage.KindOneofCase.Report:
                    Report(message.Report);
                    break;
                case AgentMessage.KindOneofCase.LogChunk:
                    Logs.Answer(message.LogChunk);
                    break;
                case AgentMessage.KindOneofCase.Hello:
                    throw new RpcException(new(StatusCode.InvalidArgument, "a stream has one hello, its first message"));
                default:
                    // A newer agent may say more than this server knows.
                    break;
            }
        }
    }

    private void Report(Protos.Agent.UnitReport wire)
    {
        if (ReportInterest.Read(wire) is not { } report)
        {
            throw new RpcException(new(StatusCode.InvalidArgument, $"report {wire.Report} of unit {wire.Service}/{wire.Number} can't be right"));
        }

        if (!_reports.TryAdd(report, wire.Report))
        {
            throw new RpcException(new(StatusCode.ResourceExhausted, $"more than {PendingReports.Most} units are reported at once"));
        }

        _reported.Writer.TryWrite(true);
    }

    /// <summary>All heartbeats that wait share one round, which began after they arrived.</summary>
    private async Task BeatAsync()
    {
        List<long> answered = [];
        while (await _heartbeats.Reader.WaitToReadAsync(_end.Token))
        {
            answered.Clear();
            while (_heartbeats.Reader.TryRead(out var number))
            {
                answered.Add(number);
            }

            await _confirm(_end.Token);
            lock (_messages)
            {
                foreach (var number in answered)
                {
                    Send(new ServerMessage { Heartbeat = new Heartbeat { Number = number } });
                }
            }
        }
    }

    private async Task ReportAsync()
    {
        while (await _reported.Reader.WaitToReadAsync(_end.Token))
        {
            _reported.Reader.TryRead(out _);
            try
            {
                await CommitAsync();
            }
            catch (ModelLogException)
            {
                // It is said again by the loop, or the term is over and with it the stream.
                await Task.Delay(RetryPause, _time, _end.Token);
                _reported.Writer.TryWrite(true);
            }
        }
    }

    private async Task CommitAsync()
    {
        var waiting = _reports.Peek();
        var model = _log.Read().Model;
        var told = waiting.Where(pair => ReportInterest.Has(model, _machine, pair.Report)).Take(ModelLimits.MostPerCommand).ToList();
        if (told.Count > 0)
        {
            // A rejection is no reason to say it again: the machine or the units are gone, and the assignment will tell.
            await _log.ProposeAsync(new ReportUnitsCommand(_machine, [.. told.Select(pair => pair.Report)]), _term, _end.Token);
        }

        _reports.Remove(waiting);
        lock (_messages)
        {
            foreach (var (report, number) in waiting)
            {
                if (report.Status == UnitStatus.Stopped)
                {
                    _mustEnd.TryRemove((report.Unit, report.Assignment), out _);
                }

                if (number > 0)
                {
                    Send(new ServerMessage { Acknowledged = new ReportAcknowledged { Report = number } });
                }
            }
        }

        if (CameLost && _mustEnd.IsEmpty && model.Machines.GetValueOrDefault(_machine)?.Status == MachineStatus.Lost)
        {
            await _log.ProposeAsync(new MarkMachineReturnedCommand(_machine), _term, _end.Token);

            // Lost once more, it must come and say anew what it runs.
            CameLost = false;
        }
    }

    private async Task SpeakAsync(IServerStreamWriter<ServerMessage> to)
    {
        await foreach (var message in _messages.Reader.ReadAllAsync(_end.Token))
        {
            if (message.KindCase is ServerMessage.KindOneofCase.Heartbeat or ServerMessage.KindOneofCase.Assignment)
            {
                // Before it is sent: a successor's wait counts from the last moment at which anything could be renewed.
                _contacts.Granted(_term, _machine);
            }

            await to.WriteAsync(message, _end.Token);
        }
    }

    private void Ask(LogRequest question)
    {
        lock (_messages)
        {
            Send(new ServerMessage { LogRequest = question });
        }
    }

    /// <summary>Called with the queue locked: the order of answers and assignments is what the agent relies on.</summary>
    private void Send(ServerMessage message)
    {
        if (!_messages.Writer.TryWrite(message))
        {
            End();
        }
    }
}
