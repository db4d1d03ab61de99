using Grpc.Core;
using StateServer.Api.Etcd;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Protos.Agent;
using Wire = StateServer.Protos.Operator;

namespace StateServer.Api.Model;

/// <summary>Reads what units print from the agents of their machines. Thread-safe.</summary>
/// <param name="logs">The agents; null where this member has none.</param>
internal sealed class ModelUnitLogs(IUnitLogs? logs = null)
{
    /// <summary>The most bytes of one piece: an agent gives no more.</summary>
    public const int MostBytes = 65_536;

    /// <summary>Reads one piece.</summary>
    /// <exception cref="RpcException">The request can't be right, or there is no answer.</exception>
    public async Task<Wire.ReadUnitLogResponse> ReadAsync(
        Wire.ReadUnitLogRequest request, ReplicatedState state, CancellationToken cancellationToken)
    {
        UnitName name = ModelRequests.Unit(request.Unit);
        if (request.MostBytes is < 0 or > MostBytes || request.Assignment < 0)
        {
            throw ModelFailure.Wrong($"most_bytes is 0 to {MostBytes}, and an assignment 0 or more");
        }

        UnitRecord unit = state.Model.Units.GetValueOrDefault(name) ?? throw ModelFailure.NotFound($"unit \"{name}\" not found");
        MachineId machine = unit.Machine ?? throw ModelFailure.Forbidden($"unit {name} has no machine yet; 'stateserver explain {name}' says why");
        var question = new LogRequest
        {
            Service = name.Service.Name,
            Number = name.Number,
            Offset = request.Assignment == 0 || request.Assignment == unit.Assignment ? request.Offset : 0,
            MostBytes = request.MostBytes,
        };
        LogChunk answer = await AskAsync(machine, question, cancellationToken);
        return answer.Error.Length > 0
            ? throw ModelFailure.Forbidden($"machine {machine}: {answer.Error}")
            : new Wire.ReadUnitLogResponse
            {
                Machine = machine.ToString(),
                Assignment = unit.Assignment,
                Offset = answer.Offset,
                Data = answer.Data,
            };
    }

    private async Task<LogChunk> AskAsync(MachineId machine, LogRequest question, CancellationToken cancellationToken)
    {
        try
        {
            return logs is null
                ? throw new UnitLogException(StatusCode.Unavailable, "no agent talks to this member")
                : await logs.AskAsync(machine, question, cancellationToken);
        }
        catch (UnitLogException failure)
        {
            throw FailureTranslation.Refused(new Status(failure.Code, $"stateserver: {failure.Message}"));
        }
    }
}
