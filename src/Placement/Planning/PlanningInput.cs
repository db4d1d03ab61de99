using System.Collections.Immutable;
using StateServer.Domain.Model;

namespace StateServer.Placement.Planning;

/// <summary>All that a plan is made from, gathered before: the same input gives the same plan. Immutable.</summary>
/// <param name="Model">What is wanted and what is known, at one index.</param>
/// <param name="Zones">The zones that the provider lists, each once; a zone that is missing doesn't exist.</param>
/// <param name="Contact">What the leader hears of agents and instances.</param>
/// <param name="Members">The state servers that are members now.</param>
/// <param name="NowMilliseconds">Replicated Unix time.</param>
public sealed record PlanningInput(
    ModelState Model,
    ImmutableArray<ZoneSight> Zones,
    AgentContact Contact,
    ImmutableArray<MemberSight> Members,
    long NowMilliseconds);
