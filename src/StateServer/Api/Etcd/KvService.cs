using Grpc.Core;
using StateServer.Client;
using StateServer.Consensus;
using StateServer.Consensus.Reads;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace.Operations;
using StateServer.Domain.Outcomes;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.Api.Etcd;

/// <summary>etcd's KV service, on any member. Reads never enter the log. Thread-safe.</summary>
internal sealed class KvService(IReplica replica, ResponseHeaders headers, CallGuards guards, TimeProvider time) : Wire.KV.KVBase
{
    /// <summary>How long a physical compaction waits for the next entry: longer than any election takes.</summary>
    internal static readonly TimeSpan TrimPatience = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override async Task<Wire.RangeResponse> Range(Wire.RangeRequest request, ServerCallContext context)
    {
        guards.Check(context, forLearners: request.Serializable);
        var query = RequestTranslation.ToQuery(request);
        Refuse(OperationCheck.Check(new RangeOperation(query)));
        var state = await ReadAsync(request.Serializable, context);
        if (state.Keyspace.TryRange(query, out var result) is { } rejection)
        {
            throw FailureTranslation.Of(rejection);
        }

        var response = ResponseTranslation.ToResponse(state.Keyspace.Revision, result!);
        headers.Complete(response.Header);
        return response;
    }

    /// <inheritdoc/>
    public override async Task<Wire.PutResponse> Put(Wire.PutRequest request, ServerCallContext context)
    {
        guards.Check(context);
        var put = RequestTranslation.ToOperation(request);
        Refuse(OperationCheck.Check(put));
        var outcome = (PutOutcome)await WriteAsync(put, context);
        var response = ResponseTranslation.ToResponse(outcome);
        headers.Complete(response.Header);
        return response;
    }

    /// <inheritdoc/>
    public override async Task<Wire.DeleteRangeResponse> DeleteRange(Wire.DeleteRangeRequest request, ServerCallContext context)
    {
        guards.Check(context);
        var delete = RequestTranslation.ToOperation(request);
        Refuse(OperationCheck.Check(delete));
        var outcome = (DeleteRangeOutcome)await WriteAsync(delete, context);
        var response = ResponseTranslation.ToResponse(outcome);
        headers.Complete(response.Header);
        return response;
    }

    /// <inheritdoc/>
    public override async Task<Wire.TxnResponse> Txn(Wire.TxnRequest request, ServerCallContext context)
    {
        guards.Check(context);
        var transaction = RequestTranslation.ToOperation(request);
        Refuse(OperationCheck.Check(transaction));
        Outcome outcome;
        if (ReadOnlyTransaction.Is(request))
        {
            var state = await ReadAsync(ReadOnlyTransaction.IsSerializable(request), context);
            outcome = ReadOnlyTransaction.Evaluate(state.Keyspace, transaction);
            if (outcome is Rejection rejection)
            {
                throw FailureTranslation.Of(rejection);
            }
        }
        else
        {
            outcome = await WriteAsync(transaction, context);
        }

        var response = ResponseTranslation.ToResponse((TransactionOutcome)outcome);
        headers.Complete(response.Header);
        return response;
    }

    /// <inheritdoc/>
    public override async Task<Wire.CompactionResponse> Compact(Wire.CompactionRequest request, ServerCallContext context)
    {
        guards.Check(context);
        var command = new CompactCommand(new Revision(request.Revision));
        var outcome = (CompactOutcome)await replica.ExecuteAsync(command, null, context.CancellationToken);
        if (request.Physical)
        {
            await WaitUntilTrimmedAsync(context.CancellationToken);
        }

        var response = new Wire.CompactionResponse { Header = new Wire.ResponseHeader { Revision = outcome.Revision.Value } };
        headers.Complete(response.Header);
        return response;
    }

    /// <summary>
    /// Trimming goes on by commands in the log, and every command frees a little: each entry is a step. Where none comes for a
    /// while, there is no leader: a client without a deadline must not wait for ever for what goes on by itself later.
    /// </summary>
    private async Task WaitUntilTrimmedAsync(CancellationToken cancellationToken)
    {
        for (var state = replica.State; state.Keyspace.HasHistoryToTrim; state = replica.State)
        {
            using var patience = new CancellationTokenSource(TrimPatience, time);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
            try
            {
                await replica.WaitForAppliedAsync(state.AppliedIndex + 1, limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw ExecutionTrailer.Failure(EtcdStatus.TimedOut, CallMetadata.ExecutedUnknown);
            }
        }
    }

    private async ValueTask<ReplicatedState> ReadAsync(bool serializable, ServerCallContext context)
    {
        try
        {
            return serializable
                ? replica.ReadSerializable()
                : await replica.ReadLinearizableAsync(context.CancellationToken);
        }
        catch (ReadRefusedException refusal)
        {
            throw FailureTranslation.Of(refusal);
        }
    }

    private ValueTask<Outcome> WriteAsync(Operation operation, ServerCallContext context)
    {
        var request = SessionHeaders.Read(context.GetHttpContext().Request.Headers);
        return replica.ExecuteAsync(new KeyspaceCommand(operation), request, context.CancellationToken);
    }

    private static void Refuse(Rejection? rejection)
    {
        if (rejection is not null)
        {
            throw FailureTranslation.Of(rejection);
        }
    }
}
