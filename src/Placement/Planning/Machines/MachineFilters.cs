using StateServer.Domain.Model;
using StateServer.Placement.Planning.Reports;

namespace StateServer.Placement.Planning.Machines;

/// <summary>The rules for machines, by how a machine is come upon.</summary>
internal static class MachineFilters
{
    /// <summary>For one that an operator named: it may be busy, without an agent yet or a state server, and constraints are the operator's own matter.</summary>
    private static readonly IMachineFilter[] ForNamed = [new WantedMachineFilter(), new CordonedMachineFilter(), new SeriesMachineFilter()];

    /// <summary>For one that is taken because it is clean, which the index already saw to.</summary>
    private static readonly IMachineFilter[] ForClean =
    [
        new AvailabilitySetMachineFilter(), new SeriesMachineFilter(), new ConstraintMachineFilter(), new MemberMachineFilter(), new SilentMachineFilter(),
    ];

    /// <summary>The first rule that refuses a machine that an operator named; null where none does.</summary>
    public static Refusal? OfNamed(MachineRecord machine, MachineRequest request) => First(ForNamed, machine, request);

    /// <summary>The first rule that refuses a clean machine; null where none does.</summary>
    public static Refusal? OfClean(MachineRecord machine, MachineRequest request) => First(ForClean, machine, request);

    private static Refusal? First(IMachineFilter[] filters, MachineRecord machine, MachineRequest request)
    {
        foreach (IMachineFilter filter in filters)
        {
            if (filter.Refusal(machine, request) is { } reason)
            {
                return new Refusal(filter.Name, reason);
            }
        }

        return null;
    }
}
