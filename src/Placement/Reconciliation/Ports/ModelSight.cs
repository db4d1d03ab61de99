using System.Collections.Immutable;
using StateServer.Domain.Model;
using StateServer.Placement.Planning;

namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>What the log has applied, at one index. Immutable.</summary>
/// <param name="Model">The model.</param>
/// <param name="Incarnation">The environment's incarnation, from 1 on.</param>
/// <param name="Members">The state servers that are members, by id.</param>
/// <param name="NowMilliseconds">Replicated Unix time as it would be proposed now: never behind what was applied.</param>
public sealed record ModelSight(
    ModelState Model,
    long Incarnation,
    ImmutableArray<MemberSight> Members,
    long NowMilliseconds);
