using System.Collections.Immutable;
using System.Text;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Model.Changes;

/// <summary>Services, from their deployment to their removal.</summary>
internal static class ServiceRules
{
    private const int HighestPort = 65_535;

    /// <summary>Null, or that there is no such service.</summary>
    public static Rejection? Find(ModelDraft draft, ServiceName name, out ServiceRecord? service) =>
        draft.Services.TryGet(name, out service) ? null : ModelRefusal.NotFound($"service \"{ModelLine.Of(name.Name ?? "")}\" not found");

    public static Rejection? Deploy(ModelDraft draft, DeployServiceCommand deploy)
    {
        if (CheckName(draft, deploy.Name) is { } misnamed)
        {
            return misnamed;
        }

        var refused = ArgumentCheck.Name(deploy.Series, "series")
                      ?? ArgumentCheck.Constraints(deploy.Constraints)
                      ?? CheckProcess(deploy)
                      ?? CheckSpread(deploy)
                      ?? ArgumentCheck.Count(deploy.Units, 0, "units")
                      ?? ArgumentCheck.UnitDirective(draft, deploy.Directive, deploy.Series)
                      ?? CheckRoom(draft, deploy.Units);
        if (refused is not null)
        {
            return refused;
        }

        var service = new ServiceRecord(
            deploy.Name,
            deploy.Series,
            deploy.Constraints,
            deploy.Command.IsDefault ? [] : deploy.Command,
            deploy.Environment,
            deploy.IsSingleton,
            deploy.MostSkew,
            deploy.WhenUnsatisfiable,
            IsExposed: false,
            ImmutableSortedSet<int>.Empty,
            Life.Alive,
            NextUnit: 0,
            draft.Timestamp);
        draft.Tell(ModelEventKind.ServiceDeployed, $"service {deploy.Name}", $"deployed with {deploy.Units} units");
        AddUnits(draft, service, deploy.Units, deploy.Directive);
        return null;
    }

    public static Rejection? AddUnits(ModelDraft draft, AddUnitsCommand add)
    {
        if ((Find(draft, add.Service, out var service) ?? CheckAlive(service!)) is { } missing)
        {
            return missing;
        }

        var refused = ArgumentCheck.Count(add.Count, 1, "units")
                      ?? ArgumentCheck.UnitDirective(draft, add.Directive, service!.Series)
                      ?? CheckRoom(draft, add.Count);
        if (refused is not null)
        {
            return refused;
        }

        AddUnits(draft, service!, add.Count, add.Directive);
        return null;
    }

    /// <summary>
    /// Makes the service dying, and so many of its units as one command may; repeated, the next ones. No unit is added or
    /// assigned meanwhile.
    /// </summary>
    public static Rejection? Remove(ModelDraft draft, ServiceName name)
    {
        if (Find(draft, name, out var service) is { } missing)
        {
            return missing;
        }

        if (service!.Life == Life.Alive)
        {
            draft.Services.Set(service with { Life = Life.Dying });
            draft.Tell(ModelEventKind.ServiceDying, $"service {name}", "it is being removed");
        }

        var left = ModelLimits.MostPerCommand;
        foreach (var unit in UnitPlaces.At(draft.Places.OfService, name))
        {
            if (draft.Units.Get(unit).Life == Life.Alive && left-- > 0)
            {
                UnitRules.BeginEnd(draft, unit);
            }
        }

        RemoveIfEmpty(draft, name);
        return null;
    }

    /// <summary>A dying service goes with its last unit.</summary>
    public static void RemoveIfEmpty(ModelDraft draft, ServiceName name)
    {
        if (draft.Services.TryGet(name, out var service) && service.Life == Life.Dying && !draft.Places.OfService.ContainsKey(name))
        {
            draft.Services.Remove(name);
            draft.Tell(ModelEventKind.ServiceRemoved, $"service {name}", "it is gone");
        }
    }

    public static Rejection? Expose(ModelDraft draft, ExposeServiceCommand expose)
    {
        if ((Find(draft, expose.Service, out var service) ?? CheckAlive(service!)) is { } missing)
        {
            return missing;
        }

        if (expose.Ports.IsEmpty || expose.Ports[0] < 1 || expose.Ports[^1] > HighestPort)
        {
            return ModelRefusal.Invalid($"a service is exposed by ports from 1 to {HighestPort}: give at least one");
        }

        if (expose.Ports.Count > ModelLimits.MostPorts)
        {
            return ModelRefusal.Invalid($"{expose.Ports.Count} ports of one service: at most {ModelLimits.MostPorts}");
        }

        if (!service!.IsExposed || !service.Ports.SetEquals(expose.Ports))
        {
            draft.Services.Set(service with { IsExposed = true, Ports = expose.Ports });
            draft.Tell(ModelEventKind.Exposed, $"service {service.Name}", $"exposed: {string.Join(", ", expose.Ports)}");
        }

        return null;
    }

    public static Rejection? Unexpose(ModelDraft draft, ServiceName name)
    {
        if (Find(draft, name, out var service) is { } missing)
        {
            return missing;
        }

        if (service!.IsExposed)
        {
            draft.Services.Set(service with { IsExposed = false });
            draft.Tell(ModelEventKind.Unexposed, $"service {name}", "no longer exposed");
        }

        return null;
    }

    private static void AddUnits(ModelDraft draft, ServiceRecord service, int count, PlacementDirective directive)
    {
        draft.Added = (service.NextUnit, count);
        draft.Services.Set(service with { NextUnit = checked(service.NextUnit + count) });
        for (var number = service.NextUnit; number < service.NextUnit + count; number++)
        {
            var name = new UnitName(service.Name, number);
            draft.SetUnit(new UnitRecord(
                name, directive, null, 0, null, Life.Alive, UnitStatus.Pending, "", null, 0, draft.Timestamp, draft.Timestamp));
            draft.Tell(ModelEventKind.UnitAdded, $"unit {name}", directive.IsNone ? "added" : $"added, to {directive}");
        }
    }

    private static Rejection? CheckName(ModelDraft draft, ServiceName name)
    {
        if (ServiceName.TryParse(name.Name ?? "", out _) is { } misnamed)
        {
            return ModelRefusal.Invalid(misnamed);
        }

        if (draft.Services.TryGet(name, out var known))
        {
            return ModelRefusal.Exists(known.Life == Life.Alive
                ? $"cannot add service \"{name}\": service already exists"
                : $"cannot add service \"{name}\": the one before is being removed; wait until its units have stopped");
        }

        return draft.Services.Count >= ModelLimits.MostServices
            ? ModelRefusal.Limit($"there are {draft.Services.Count} services, and at most {ModelLimits.MostServices} may be")
            : null;
    }

    private static Rejection? CheckAlive(ServiceRecord service) =>
        service.Life == Life.Alive ? null : ModelRefusal.Conflict($"service \"{service.Name}\" is being removed");

    private static Rejection? CheckRoom(ModelDraft draft, int count) =>
        draft.Units.Count + count > ModelLimits.MostUnits
            ? ModelRefusal.Limit($"{count} units beside the {draft.Units.Count} there are: at most {ModelLimits.MostUnits} may be")
            : null;

    private static Rejection? CheckSpread(DeployServiceCommand deploy)
    {
        if (deploy.MostSkew is < 1 or > ModelLimits.MostSkew)
        {
            return ModelRefusal.Invalid($"max-skew is {deploy.MostSkew}: use 1 to {ModelLimits.MostSkew}");
        }

        return Enum.IsDefined(deploy.WhenUnsatisfiable)
            ? null
            : ModelRefusal.Invalid($"when-unsatisfiable is {(int)deploy.WhenUnsatisfiable}: use refuse or relax");
    }

    private static Rejection? CheckProcess(DeployServiceCommand deploy)
    {
        long bytes = 0;
        foreach (var argument in deploy.Command.IsDefault ? [] : deploy.Command)
        {
            bytes += Encoding.UTF8.GetByteCount(argument) + 1;
            if (argument.Contains('\0', StringComparison.Ordinal))
            {
                return ModelRefusal.Invalid("a command's argument holds a zero byte, which no process can be given");
            }
        }

        if (bytes > ModelLimits.MostCommandBytes || (bytes > 0 && deploy.Command[0].Length == 0))
        {
            return ModelRefusal.Invalid($"a command is {bytes} bytes long: name a program, at most {ModelLimits.MostCommandBytes} bytes with its arguments");
        }

        bytes = 0;
        foreach (var (name, value) in deploy.Environment)
        {
            bytes += Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value) + 2;
            if (name.Length == 0 || name.AsSpan().IndexOfAny('=', '\0') >= 0 || value.Contains('\0', StringComparison.Ordinal))
            {
                return ModelRefusal.Invalid($"invalid variable \"{ModelLine.Of(name)}\": use NAME=VALUE without zero bytes");
            }
        }

        return bytes > ModelLimits.MostEnvironmentBytes
            ? ModelRefusal.Invalid($"a service's variables take {bytes} bytes: at most {ModelLimits.MostEnvironmentBytes}")
            : null;
    }
}
