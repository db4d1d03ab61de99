using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Machines;

namespace StateServer.Placement.Planning.Drafting;

/// <summary>
/// The clean machines as a draft uses them up. A machine that is taken, or doesn't suit a service, stays so for the rest of
/// the plan: each service passes over each machine once.
/// </summary>
internal sealed class CleanMachines(PlanDraft draft)
{
    private readonly Dictionary<(ServiceName Service, int Zone), IEnumerator<MachineId>> _left = [];
    private readonly HashSet<MachineId> _taken = [];

    /// <summary>A machine that an operator named for a unit is clean no more.</summary>
    public void Occupy(MachineId machine) => _taken.Add(machine);

    /// <summary>Takes the lowest one that suits, out of the first zone that has one.</summary>
    /// <param name="service">Whose unit it is for.</param>
    /// <param name="zones">The places of the zones, best first.</param>
    /// <param name="refused">Gets the machines that didn't suit.</param>
    /// <returns>The machine and its place; null where none suits.</returns>
    public (MachineId Machine, int Zone)? Take(ServiceRecord service, List<int> zones, MachineRefusals refused)
    {
        foreach (int zone in zones)
        {
            if (draft.Index.CleanIn(draft.Zones[zone].Zone) is { Count: > 0 } && Take(service, zone, refused) is { } machine)
            {
                _taken.Add(machine);
                return (machine, zone);
            }
        }

        return null;
    }

    private MachineId? Take(ServiceRecord service, int zone, MachineRefusals refused)
    {
        if (!_left.TryGetValue((service.Name, zone), out IEnumerator<MachineId>? left))
        {
            left = ((IEnumerable<MachineId>)draft.Index.CleanIn(draft.Zones[zone].Zone)!).GetEnumerator();
            _left.Add((service.Name, zone), left);
        }

        MachineRequest request = new(service, draft.Input);
        while (left.MoveNext())
        {
            MachineId id = left.Current;
            if (_taken.Contains(id) || draft.Lost.Contains(id))
            {
                continue;
            }

            if (MachineFilters.OfClean(draft.Input.Model.Machines[id], request) is not { } refusal)
            {
                return id;
            }

            refused.Add(id, refusal);
        }

        return null;
    }
}
