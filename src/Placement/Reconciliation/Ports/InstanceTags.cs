using StateServer.Domain.Identity;

namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>Whose an instance is. Written at its launch, never changed; instances are found, swept and ended by tags alone.</summary>
/// <param name="Environment">The environment; not none.</param>
/// <param name="Incarnation">The environment's incarnation at the launch, from 1 on.</param>
/// <param name="Machine">The machine that the instance was launched for.</param>
/// <param name="Role">What it is for.</param>
public sealed record InstanceTags(EnvironmentId Environment, long Incarnation, MachineId Machine, InstanceRole Role);
