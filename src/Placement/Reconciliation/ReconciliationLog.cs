using Microsoft.Extensions.Logging;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Placement.Reconciliation;

/// <summary>What the loop logs. Event ids 7000 to 7029.</summary>
internal static partial class ReconciliationLog
{
    [LoggerMessage(7000, LogLevel.Information, "This member looks after the environment {Environment} in term {Term}")]
    public static partial void Leading(ILogger logger, string environment, long term);

    [LoggerMessage(7001, LogLevel.Information, "This member looks after the environment no more: term {Term} is over")]
    public static partial void Left(ILogger logger, long term);

    [LoggerMessage(7002, LogLevel.Warning, "{Work} failed and is tried again: {Cause}")]
    public static partial void Failed(ILogger logger, string work, string cause);

    [LoggerMessage(7003, LogLevel.Critical, "A plan did not pass its audit, and nothing of it was done: {Findings}")]
    public static partial void AuditFailed(ILogger logger, string findings);

    [LoggerMessage(7004, LogLevel.Information, "{Step}")]
    public static partial void Step(ILogger logger, string step);

    [LoggerMessage(7005, LogLevel.Information, "Machine {Machine}: attempt {Attempt} in zone {Zone} launched {Instance}")]
    public static partial void Launched(ILogger logger, MachineId machine, int attempt, Zone zone, InstanceId instance);

    [LoggerMessage(7006, LogLevel.Warning, "Machine {Machine}: attempt {Attempt} in zone {Zone} failed ({Outcome}): {Detail}")]
    public static partial void LaunchFailed(
        ILogger logger, MachineId machine, int attempt, Zone zone, LaunchOutcome outcome, string detail);

    [LoggerMessage(7007, LogLevel.Information, "Machine {Machine}: instance {Instance} has ended")]
    public static partial void Terminated(ILogger logger, MachineId machine, InstanceId? instance);

    [LoggerMessage(7008, LogLevel.Warning, "Instance {Instance} of machine {Machine}, attempt {Attempt}, has no record and is ended")]
    public static partial void Stray(ILogger logger, InstanceId instance, MachineId machine, int attempt);

    [LoggerMessage(7009, LogLevel.Warning, "Instances are left alone: {Instances}")]
    public static partial void LeftAlone(ILogger logger, string instances);

    [LoggerMessage(7010, LogLevel.Warning, "Units are not moved: {Why}")]
    public static partial void Paused(ILogger logger, string why);

    [LoggerMessage(7011, LogLevel.Warning, "This member did not run for a while: the silence of agents counts anew from now on")]
    public static partial void Slept(ILogger logger);

    [LoggerMessage(7012, LogLevel.Warning, "No member is healed by itself: {Why}")]
    public static partial void HealingStopped(ILogger logger, string why);
}
