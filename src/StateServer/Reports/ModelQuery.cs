using Grpc.Core;
using StateServer.Client;
using StateServer.Client.Failures;
using StateServer.Protos.Operator;

namespace StateServer.Reports;

/// <summary>Asks for the model: everything acknowledged before where there is a leader, otherwise what a member has.</summary>
internal static class ModelQuery
{
    /// <summary>Asks.</summary>
    /// <param name="client">Whom.</param>
    /// <param name="hasLeader">Whether a leader is known.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The model, or null and why it could not be read; null and null where the members know none.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<(GetModelResponse? Model, string? Error)> AskAsync(
        StateServerClient client, bool hasLeader, CancellationToken cancellationToken)
    {
        string? error = null;
        foreach (bool serializable in hasLeader ? new[] { false, true } : [true])
        {
            try
            {
                return (await client.GetModelAsync(new GetModelRequest { Serializable = serializable }, cancellationToken), null);
            }
            catch (StateServerException failure) when (failure.Code == StatusCode.Unimplemented)
            {
                return (null, null);
            }
            catch (StateServerException failure)
            {
                error = failure.Message.ReplaceLineEndings(" ");
            }
        }

        return (null, error);
    }
}
