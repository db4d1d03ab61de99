using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Model.Changes;

/// <summary>Whether what a command carries makes sense by itself and in the environment. Null, or why not.</summary>
internal static class ArgumentCheck
{
    /// <summary>How many things one command may name.</summary>
    public static Rejection? Count(int count, int least, string what) =>
        count < least || count > ModelLimits.MostPerCommand
            ? ModelRefusal.Invalid($"{count} {what} in one command: give {least} to {ModelLimits.MostPerCommand}")
            : null;

    public static Rejection? Zone(Zone zone) =>
        Identity.Zone.TryParse(zone.Name ?? "", out _) is { } wrong ? ModelRefusal.Invalid(wrong) : null;

    public static Rejection? Name(string name, string what) =>
        ModelNames.IsName(name)
            ? null
            : ModelRefusal.Invalid(
                $"invalid {what} \"{ModelLine.Of(name)}\": use 1 to {ModelLimits.LongestName} visible ASCII characters");

    public static Rejection? Constraints(Constraints constraints)
    {
        if (constraints.CpuCores < 0 || constraints.CpuPower < 0 || constraints.MemoryMiB < 0 || constraints.RootDiskMiB < 0)
        {
            return ModelRefusal.Invalid("a constraint is negative: use 0 or more");
        }

        if (Math.Max(constraints.MemoryMiB ?? 0, constraints.RootDiskMiB ?? 0) > ConstraintText.MostMiB)
        {
            return ModelRefusal.Invalid($"a constraint asks for more than {ConstraintText.MostMiB >> 30}P");
        }

        if (ConstraintMerge.Conflict(constraints) is { } conflict)
        {
            return ModelRefusal.Invalid(conflict);
        }

        foreach (var text in constraints.Tags.AsEnumerable().Append(constraints.Arch ?? "-").Append(constraints.InstanceType ?? "-"))
        {
            if (Name(text, "constraint") is { } refused)
            {
                return refused;
            }
        }

        if (constraints.Tags.Count > ModelLimits.MostListItems)
        {
            return ModelRefusal.Invalid($"{constraints.Tags.Count} tags in a constraint: at most {ModelLimits.MostListItems}");
        }

        return Zones(constraints.Zones);
    }

    public static Rejection? Zones(ImmutableSortedSet<Zone> zones)
    {
        if (zones.Count > ModelLimits.MostListItems)
        {
            return ModelRefusal.Invalid($"{zones.Count} zones in one list: at most {ModelLimits.MostListItems}");
        }

        foreach (var zone in zones)
        {
            if (Zone(zone) is { } refused)
            {
                return refused;
            }
        }

        return null;
    }

    /// <summary>Where an operator wants units of a series.</summary>
    public static Rejection? UnitDirective(ModelDraft draft, PlacementDirective directive, string series)
    {
        if (directive.Machine is not { } id)
        {
            return MachineDirective(draft, directive);
        }

        if (directive.Zone is not null)
        {
            return ModelRefusal.Invalid("a unit is placed in a zone or on a machine: give one of the two");
        }

        if (draft.Settings.AvailabilitySetsEnabled)
        {
            return ModelRefusal.Conflict("unit placement is not supported with availability-sets-enabled");
        }

        if (!draft.Machines.TryGet(id, out var machine))
        {
            return ModelRefusal.NotFound($"machine {id} not found");
        }

        if (machine.Life != Life.Alive)
        {
            return ModelRefusal.Conflict($"machine {id} is being removed");
        }

        return machine.Series == series
            ? null
            : ModelRefusal.Conflict($"machine {id} is of the series {machine.Series}, and the units need {series}");
    }

    /// <summary>Where an operator wants machines: a zone or nothing.</summary>
    public static Rejection? MachineDirective(ModelDraft draft, PlacementDirective directive)
    {
        if (directive.Machine is { } machine)
        {
            return ModelRefusal.Invalid($"unknown placement directive: {machine}; a machine is placed by zone=NAME");
        }

        if (directive.Zone is not { } zone)
        {
            return null;
        }

        if (draft.Settings.AvailabilitySetsEnabled)
        {
            return ModelRefusal.Conflict("unit placement is not supported with availability-sets-enabled");
        }

        if (Zone(zone) is { } refused)
        {
            return refused;
        }

        var filter = draft.Settings.ZoneFilter;
        return filter.IsEmpty || filter.Contains(zone)
            ? null
            : ModelRefusal.Invalid(
                $"invalid availability zone \"{zone}\": the environment uses {string.Join(", ", filter)} alone");
    }
}
