using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Placement.Planning.Reports;

namespace StateServer.Placement.Planning.Drafting;

/// <summary>The machines that didn't suit in one decision, for its report; bounded by <see cref="PlanningLimits.MostMachinesListed"/>.</summary>
internal sealed class MachineRefusals
{
    private ImmutableArray<MachineConsidered>.Builder? _listed;

    /// <summary>Those beyond the bound.</summary>
    public int NotListed { get; private set; }

    public void Add(MachineId machine, Refusal refusal)
    {
        _listed ??= ImmutableArray.CreateBuilder<MachineConsidered>();
        if (_listed.Count < PlanningLimits.MostMachinesListed)
        {
            _listed.Add(new MachineConsidered(machine, refusal.Rule, refusal.Reason));
        }
        else
        {
            NotListed++;
        }
    }

    /// <summary>The list, with the machine that was chosen last, if one was.</summary>
    public ImmutableArray<MachineConsidered> List(MachineId? chosen)
    {
        ImmutableArray<MachineConsidered> refused = _listed?.ToImmutable() ?? [];
        return chosen is { } machine ? refused.Add(new MachineConsidered(machine, null, null)) : refused;
    }
}
