using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Placement.Planning;
using StateServer.Placement.Reconciliation.Contacts;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Reconciliation.Observing;

/// <summary>Makes one photograph for the planner of all that was gathered.</summary>
internal static class Observation
{
    /// <summary>The planner's input, or null while the provider's zones were never listed in this term.</summary>
    public static PlanningInput? Of(
        ModelSight sight, ProviderSight provider, InstanceLedger ledger, ContactTable contacts, ReconciliationOptions options)
    {
        if (provider.Zones.IsDefault)
        {
            return null;
        }

        // After a restore nothing is lost until an operator has confirmed it.
        var isRestored = sight.Model.IsRestored;
        var contact = new AgentContact(
            contacts.Silent(sight.Model, options.SilentAfter, options.AgentGrace),
            contacts.Age >= options.AgentGrace && !isRestored,
            isRestored ? ImmutableSortedSet<MachineId>.Empty : ledger.Gone);
        return new(sight.Model, ZonesOf(sight, provider), contact, sight.Members, sight.NowMilliseconds);
    }

    private static ImmutableArray<ZoneSight> ZonesOf(ModelSight sight, ProviderSight provider) =>
    [
        .. provider.Zones.Select(zone => new ZoneSight(
            zone.Zone,
            zone.IsAvailable,
            zone.IsAvailable ? "" : zone.State,
            sight.Model.Zones.GetValueOrDefault(zone.Zone)?.AvoidUntilMilliseconds ?? 0)),
    ];
}
