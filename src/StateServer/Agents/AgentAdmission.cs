using Grpc.Core;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Protos.Agent;

namespace StateServer.Agents;

/// <summary>Whether an agent is who it says. Pure.</summary>
internal static class AgentAdmission
{
    /// <summary>Null, or why the leader refuses it.</summary>
    public static Status? Refusal(Hello hello, ModelState model, long incarnation)
    {
        if (hello.EnvironmentId == 0 || hello.Incarnation < 1 || hello.Machine < 0 || hello.Instance.Length is 0 or > ModelLimits.LongestName
            || hello.Address.Length is 0 or > ModelLimits.LongestName || hello.Version.Length > ModelLimits.LongestName)
        {
            return new(StatusCode.InvalidArgument, "a hello names environment, incarnation, machine, instance and address");
        }

        if (model.Environment is not { } environment)
        {
            return new(StatusCode.FailedPrecondition, "this cluster has no environment; bootstrap one first");
        }

        if (environment.Id.Value != hello.EnvironmentId)
        {
            return new(StatusCode.FailedPrecondition, $"this is environment {environment.Id}, not {hello.EnvironmentId}");
        }

        if (hello.Incarnation != incarnation)
        {
            return new(StatusCode.FailedPrecondition, $"this is incarnation {incarnation} of the environment, not {hello.Incarnation}");
        }

        if (!model.Machines.TryGetValue(new MachineId(hello.Machine), out var machine))
        {
            return new(StatusCode.NotFound, $"the environment has no machine {hello.Machine}");
        }

        return machine.Instance is { } known && known.Name != hello.Instance
            ? new(StatusCode.PermissionDenied, $"machine {hello.Machine} is instance {known}, not {hello.Instance}")
            : null;
    }
}
