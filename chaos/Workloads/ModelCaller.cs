using System.Globalization;
using Grpc.Core;
using StateServer.Chaos.Histories;
using StateServer.Protos.Client;
using StateServer.Protos.Operator;

namespace StateServer.Chaos.Workloads;

/// <summary>
/// One client of the Model service: each change under a request id, repeated through other members until it is answered. Used by
/// one task.
/// </summary>
internal sealed class ModelCaller(WorkloadContext context, int process, ModelLog log, Random random) : IDisposable
{
    private const int MostTries = 40;

    /// <summary>One in so many acknowledged requests is sent once more, later and to another member, as by a client that missed the answer.</summary>
    private const int RepeatedEvery = 10;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestAway = TimeSpan.FromSeconds(6);

    private readonly MemberClient _client = new(context, process);
    private long _session;
    private long _sequence;

    /// <summary>The highest revision that it was told of.</summary>
    public long Floor { get; private set; }

    public MemberClient Client => _client;

    public void Dispose() => _client.Dispose();

    /// <summary>Sends a change until it is answered, or was sent so often in vain that its outcome stays unknown.</summary>
    /// <param name="asked">The change, without what became of it.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Ends waiting before a session is open, and before an acknowledged request is sent once more.</param>
    /// <returns>The change with its outcome; null where it was never sent.</returns>
    public async Task<ModelOperation?> PerformAsync(
        ModelOperation asked, Func<Model.ModelClient, CallOptions, AsyncUnaryCall<ChangeResponse>> call, CancellationToken cancellationToken)
    {
        if (!await OpenAsync(cancellationToken))
        {
            return null;
        }

        _sequence++;
        ModelOperation operation = await SendAsync(asked with { Process = process, Floor = Floor }, call);
        log.Operations.Enqueue(operation);
        Floor = Math.Max(Floor, operation.Revision);
        if (operation.Status == OperationStatus.Ok && random.Next(RepeatedEvery) == 0)
        {
            await RepeatAsync(operation, call, cancellationToken);
        }

        // An unanswered request ends the session: its number must stay the lowest unanswered one.
        _session = operation.Status == OperationStatus.Unknown ? 0 : _session;
        return operation;
    }

    /// <summary>Asks for the whole model, linearizably, and keeps the answer.</summary>
    public async Task<IReadOnlyList<ModelRecord>?> LookAsync()
    {
        string member = _client.Member;
        (_, GetModelResponse? answer) = await _client.CallChannelAsync(
            (channel, options) => new Model.ModelClient(channel).GetModelAsync(new GetModelRequest(), options), writes: false);
        if (answer is null)
        {
            return null;
        }

        log.Looks.Enqueue(ModelReading.Look(member, Floor, answer));
        Floor = Math.Max(Floor, answer.Revision);
        return ModelReading.Records(answer);
    }

    private async Task<bool> OpenAsync(CancellationToken cancellationToken)
    {
        while (_session == 0 && !cancellationToken.IsCancellationRequested)
        {
            (_, OpenSessionResponse? opened) = await _client.OpenSessionAsync();
            (_session, _sequence) = (opened?.Session ?? 0, 0);
            if (opened is null)
            {
                await Task.Delay(BetweenTries, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return _session != 0;
    }

    private async Task<ModelOperation> SendAsync(ModelOperation asked, Func<Model.ModelClient, CallOptions, AsyncUnaryCall<ChangeResponse>> call)
    {
        for (int attempt = 0; attempt < MostTries; attempt++)
        {
            (OperationStatus status, ChangeResponse? answer) = await CallAsync(call);
            if (answer is not null)
            {
                return asked with { Status = status, Revision = answer.Revision, Added = Added(answer) };
            }

            asked = asked with { Failure = _client.LastFailure.Detail };
            if (IsRefusal(_client.LastFailure.StatusCode) && status == OperationStatus.Fail)
            {
                return asked with { Status = OperationStatus.Fail };
            }

            if (_client.LastFailure.StatusCode == StatusCode.Aborted)
            {
                return asked;
            }

            log.NoteRepetition();
            await Task.Delay(BetweenTries);
        }

        return asked;
    }

    /// <summary>Long enough, sometimes, for a fault and a new leader between the two. The answer must be the first one.</summary>
    private async Task RepeatAsync(
        ModelOperation operation, Func<Model.ModelClient, CallOptions, AsyncUnaryCall<ChangeResponse>> call, CancellationToken cancellationToken)
    {
        await Task.Delay(LongestAway * Math.Pow(random.NextDouble(), 4), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.MoveOn();
        log.NoteRepetition();
        string member = _client.Member;
        (OperationStatus status, ChangeResponse? answer) = await CallAsync(call);
        if (answer is not null && (answer.Revision != operation.Revision || !Added(answer).SequenceEqual(operation.Added)))
        {
            log.Complaints.Enqueue(
                $"{operation} was acknowledged at revision {operation.Revision} with {string.Join(", ", operation.Added)}, and sent again {member} answered revision {answer.Revision} with {string.Join(", ", Added(answer))}");
        }
        else if (answer is null && status == OperationStatus.Fail && IsRefusal(_client.LastFailure.StatusCode))
        {
            log.Complaints.Enqueue($"{operation} was acknowledged at revision {operation.Revision}, and sent again {member} refused it: {_client.LastFailure.Detail}");
        }
    }

    private Task<(OperationStatus Status, ChangeResponse? Response)> CallAsync(Func<Model.ModelClient, CallOptions, AsyncUnaryCall<ChangeResponse>> call)
    {
        string sequence = _sequence.ToString(CultureInfo.InvariantCulture);
        var headers = new Metadata
        {
            { "stateserver-session", _session.ToString(CultureInfo.InvariantCulture) },
            { "stateserver-sequence", sequence },
            { "stateserver-lowest-unanswered", sequence },
        };
        return _client.CallChannelAsync((channel, options) => call(new Model.ModelClient(channel), options), headers);
    }

    /// <summary>Whether a failure is the model's answer, and not a member's trouble.</summary>
    private static bool IsRefusal(StatusCode code) =>
        code is StatusCode.NotFound or StatusCode.AlreadyExists or StatusCode.FailedPrecondition or StatusCode.InvalidArgument;

    private static string[] Added(ChangeResponse answer) => [.. answer.Units, .. answer.Machines];
}
