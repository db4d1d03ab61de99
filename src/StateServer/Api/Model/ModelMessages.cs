using Google.Protobuf.WellKnownTypes;
using StateServer.Domain.Apply;
using StateServer.Domain.Model;
using StateServer.Domain.Model.View;
using Wire = StateServer.Protos.Operator;

namespace StateServer.Api.Model;

/// <summary>The model as messages. Secret values are left out: of a service's variables only the names are told.</summary>
internal static class ModelMessages
{
    /// <summary>The whole model.</summary>
    public static Wire.GetModelResponse ToMessage(ReplicatedState state)
    {
        ModelState model = state.Model;
        var response = new Wire.GetModelResponse { Revision = state.Keyspace.Revision.Value };
        if (model.Environment is { } environment)
        {
            response.Environment = ToMessage(environment, model);
        }

        response.Machines.Add(model.Machines.Values.Select(ToMessage));
        response.Services.Add(model.Services.Values.Select(ToMessage));
        response.Units.Add(model.Units.Values.Select(ToMessage));
        response.Zones.Add(model.Zones.Values.Select(ToMessage));
        return response;
    }

    /// <summary>A zone of which something is remembered; the provider is not asked.</summary>
    public static Wire.ZoneInfo ToMessage(ZoneRecord zone) => new()
    {
        Name = zone.Zone.Name,
        Cordoned = zone.Cordoned,
        AvoidedUntil = zone.AvoidUntilMilliseconds == 0 ? null : Time(zone.AvoidUntilMilliseconds),
        Message = zone.Why,
        Available = true,
    };

    /// <summary>A launch attempt.</summary>
    public static Wire.LaunchAttemptInfo ToMessage(LaunchAttempt attempt) => new()
    {
        Number = attempt.Number,
        Zone = attempt.Zone.Name,
        Outcome = ModelWords.Of(attempt.Outcome),
        Detail = attempt.Detail,
        BegunAt = Time(attempt.BegunAtMilliseconds),
        EndedAt = attempt.EndedAtMilliseconds == 0 ? null : Time(attempt.EndedAtMilliseconds),
    };

    /// <summary>An event.</summary>
    public static Wire.ModelEvent ToMessage(ModelEvent happened) => new()
    {
        Number = happened.Number,
        At = Time(happened.AtMilliseconds),
        Kind = KebabName.Of(happened.Kind),
        Subject = happened.Subject,
        Text = happened.Text,
    };

    private static Wire.EnvironmentInfo ToMessage(EnvironmentSettings environment, ModelState model)
    {
        var message = new Wire.EnvironmentInfo
        {
            Id = environment.Id.Value,
            Name = environment.Name,
            Type = ModelWords.Of(environment.Type),
            Region = environment.Region,
            AvailabilitySetsEnabled = environment.AvailabilitySetsEnabled,
            DefaultSeries = environment.DefaultSeries,
            Constraints = ConstraintText.Format(environment.Constraints),
            ReplaceAfterSeconds = environment.ReplaceAfterSeconds,
            Notice = model.Notice,
            Restored = model.IsRestored,
        };
        message.Zones.Add(environment.ZoneFilter.Select(z => z.Name));
        return message;
    }

    private static Wire.MachineInfo ToMessage(MachineRecord machine)
    {
        var message = new Wire.MachineInfo
        {
            Id = machine.Id.ToString(),
            Series = machine.Series,
            Constraints = ConstraintText.Format(machine.Constraints),
            Placement = machine.Directive.ToString(),
            Dying = machine.Life == Life.Dying,
            State = ModelWords.Of(machine.Status),
            Message = machine.Message,
            Cordoned = machine.Cordoned,
            CreatedAt = Time(machine.CreatedAtMilliseconds),
            StateSince = Time(machine.StatusSinceMilliseconds),
        };
        if (machine.StateServer is { } member)
        {
            message.StateServer = member.Value;
        }

        if (machine.Zone is { } zone)
        {
            message.Zone = zone.Name;
        }

        if (machine.Instance is { } instance)
        {
            message.InstanceId = instance.Name;
        }

        if (machine.Address is { } address)
        {
            message.Address = address;
        }

        if (machine.AgentVersion is { } version)
        {
            message.Agent = version;
        }

        return message;
    }

    private static Wire.ServiceInfo ToMessage(ServiceRecord service)
    {
        var message = new Wire.ServiceInfo
        {
            Name = service.Name.Name,
            Series = service.Series,
            Constraints = ConstraintText.Format(service.Constraints),
            Singleton = service.IsSingleton,
            MaxSkew = service.MostSkew,
            WhenUnsatisfiable = service.WhenUnsatisfiable == WhenUnsatisfiable.Refuse
                ? Wire.WhenUnsatisfiable.Refuse
                : Wire.WhenUnsatisfiable.Relax,
            Exposed = service.IsExposed,
            Dying = service.Life == Life.Dying,
            CreatedAt = Time(service.CreatedAtMilliseconds),
        };
        message.Command.Add(service.Command);
        message.Variables.Add(service.Environment.Keys);
        message.Ports.Add(service.Ports);
        return message;
    }

    private static Wire.UnitInfo ToMessage(UnitRecord unit)
    {
        var message = new Wire.UnitInfo
        {
            Name = unit.Name.ToString(),
            Service = unit.Name.Service.Name,
            Placement = unit.Directive.ToString(),
            Dying = unit.Life == Life.Dying,
            State = ModelWords.Of(unit.Status),
            Message = unit.Message,
            Restarts = unit.Restarts,
            CreatedAt = Time(unit.CreatedAtMilliseconds),
            StateSince = Time(unit.StatusSinceMilliseconds),
        };
        if (unit.Machine is { } machine)
        {
            message.Machine = machine.ToString();
        }

        if (unit.Address is { } address)
        {
            message.Address = address;
        }

        return message;
    }

    private static Timestamp Time(long milliseconds) =>
        Timestamp.FromDateTimeOffset(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
}
