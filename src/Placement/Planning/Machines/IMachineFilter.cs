using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Machines;

/// <summary>One rule that keeps a standing machine from taking a unit. Pure; the first refusal counts.</summary>
internal interface IMachineFilter
{
    /// <summary>Its name in reports.</summary>
    string Name { get; }

    /// <summary>Why the machine can't take it, in one line; null where it may.</summary>
    string? Refusal(MachineRecord machine, MachineRequest request);
}
