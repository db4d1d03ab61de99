using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;

namespace StateServer.Domain.Model.View;

/// <summary>
/// The model as any etcd client may read it: one JSON object a record. <c>v</c> is the format's version: a field may be added, but
/// none changes its meaning in a version. Times are Unix milliseconds; ids above 2⁵³ are decimal strings. Values of a service's
/// variables are secret and never in it. Pure.
/// </summary>
internal static class ModelView
{
    private const int Version = 1;

    /// <summary>All keys and values, from scratch.</summary>
    public static IEnumerable<(Key Key, byte[] Value)> RenderAll(ModelState model)
    {
        if (model.Environment is { } environment)
        {
            yield return (ModelKeys.Environment, Render(environment, model.Notice, model.IsRestored));
        }

        foreach (var machine in model.Machines.Values)
        {
            yield return (ModelKeys.Machine(machine.Id), Render(machine));
        }

        foreach (var service in model.Services.Values)
        {
            yield return (ModelKeys.Service(service.Name), Render(service));
        }

        foreach (var unit in model.Units.Values)
        {
            yield return (ModelKeys.Unit(unit.Name), Render(unit));
        }

        foreach (var zone in model.Zones.Values)
        {
            yield return (ModelKeys.ZoneOf(zone.Zone), Render(zone));
        }
    }

    public static byte[] Render(EnvironmentSettings environment, string notice, bool isRestored)
    {
        var json = Begin()
            .Add("id", environment.Id.ToString())
            .Add("name", environment.Name)
            .Add("type", ModelWords.Of(environment.Type))
            .Add("region", environment.Region)
            .AddList("zones", Names(environment.ZoneFilter))
            .Add("availabilitySetsEnabled", environment.AvailabilitySetsEnabled)
            .Add("defaultSeries", environment.DefaultSeries);
        AddConstraints(json, environment.Constraints);
        json.BeginObject("images");
        foreach (var (series, image) in environment.Images)
        {
            json.Add(series, image);
        }

        return json.EndObject()
            .Add("replaceAfterSeconds", environment.ReplaceAfterSeconds)
            .Add("notice", notice)
            .Add("restored", isRestored)
            .EndObject()
            .ToBytes();
    }

    public static byte[] Render(MachineRecord machine)
    {
        var json = Begin().Add("id", machine.Id.Value).Add("series", machine.Series);
        AddConstraints(json, machine.Constraints);
        json.Add("directive", machine.Directive.ToString())
            .Add("stateServer", machine.StateServer?.ToString())
            .Add("zone", machine.Zone?.Name)
            .Add("life", ModelWords.Of(machine.Life))
            .Add("status", ModelWords.Of(machine.Status))
            .Add("message", machine.Message)
            .Add("instanceId", machine.Instance?.Name)
            .Add("address", machine.Address)
            .Add("agent", machine.AgentVersion)
            .Add("cordoned", machine.Cordoned)
            .Add("retries", machine.Retries)
            .BeginList("attempts");
        foreach (var attempt in machine.Attempts)
        {
            json.BeginObject()
                .Add("number", attempt.Number)
                .Add("zone", attempt.Zone.Name)
                .Add("outcome", ModelWords.Of(attempt.Outcome))
                .Add("detail", attempt.Detail)
                .Add("begunAt", attempt.BegunAtMilliseconds)
                .Add("endedAt", attempt.EndedAtMilliseconds)
                .EndObject();
        }

        return json.EndList()
            .Add("createdAt", machine.CreatedAtMilliseconds)
            .Add("statusSince", machine.StatusSinceMilliseconds)
            .EndObject()
            .ToBytes();
    }

    public static byte[] Render(ServiceRecord service)
    {
        var json = Begin().Add("name", service.Name.Name).Add("series", service.Series);
        AddConstraints(json, service.Constraints);
        json.AddList("command", service.Command)
            .AddList("environment", service.Environment.Keys)
            .Add("singleton", service.IsSingleton)
            .Add("maxSkew", service.MostSkew)
            .Add("whenUnsatisfiable", ModelWords.Of(service.WhenUnsatisfiable))
            .Add("exposed", service.IsExposed)
            .BeginList("ports");
        foreach (var port in service.Ports)
        {
            json.Add(null, port);
        }

        return json.EndList()
            .Add("life", ModelWords.Of(service.Life))
            .Add("nextUnit", service.NextUnit)
            .Add("createdAt", service.CreatedAtMilliseconds)
            .EndObject()
            .ToBytes();
    }

    public static byte[] Render(UnitRecord unit)
    {
        var json = Begin()
            .Add("name", unit.Name.ToString())
            .Add("service", unit.Name.Service.Name)
            .Add("directive", unit.Directive.ToString());
        AddMachine(json, unit.Machine);
        json.Add("assignment", unit.Assignment);
        if (unit.Predecessor is { } before)
        {
            json.BeginObject("predecessor")
                .Add("machine", before.Machine.Value)
                .Add("assignment", before.Assignment)
                .Add("leftAt", before.LeftAtMilliseconds)
                .EndObject();
        }

        return json.Add("life", ModelWords.Of(unit.Life))
            .Add("status", ModelWords.Of(unit.Status))
            .Add("message", unit.Message)
            .Add("address", unit.Address)
            .Add("restarts", unit.Restarts)
            .Add("createdAt", unit.CreatedAtMilliseconds)
            .Add("statusSince", unit.StatusSinceMilliseconds)
            .EndObject()
            .ToBytes();
    }

    public static byte[] Render(ZoneRecord zone) => Begin()
        .Add("name", zone.Zone.Name)
        .Add("cordoned", zone.Cordoned)
        .Add("avoidUntil", zone.AvoidUntilMilliseconds)
        .Add("why", zone.Why)
        .EndObject()
        .ToBytes();

    /// <summary>Only what is asked for, by the command line's names.</summary>
    public static void AddConstraints(JsonText json, Constraints constraints)
    {
        json.BeginObject("constraints");
        AddIfAsked(json, "arch", constraints.Arch);
        AddIfAsked(json, "cpu-cores", constraints.CpuCores);
        AddIfAsked(json, "cpu-power", constraints.CpuPower);
        AddIfAsked(json, "mem", constraints.MemoryMiB);
        AddIfAsked(json, "root-disk", constraints.RootDiskMiB);
        AddIfAsked(json, "instance-type", constraints.InstanceType);
        if (!constraints.Tags.IsEmpty)
        {
            json.AddList("tags", constraints.Tags);
        }

        if (!constraints.Zones.IsEmpty)
        {
            json.AddList("zones", Names(constraints.Zones));
        }

        json.EndObject();
    }

    /// <summary>An object with its version.</summary>
    public static JsonText Begin() => new JsonText().BeginObject().Add("v", Version);

    private static void AddMachine(JsonText json, MachineId? machine)
    {
        if (machine is { } known)
        {
            json.Add("machine", known.Value);
        }
        else
        {
            json.Add("machine", null);
        }
    }

    private static void AddIfAsked(JsonText json, string name, string? value)
    {
        if (value is not null)
        {
            json.Add(name, value);
        }
    }

    private static void AddIfAsked(JsonText json, string name, long? value)
    {
        if (value is { } asked)
        {
            json.Add(name, asked);
        }
    }

    private static IEnumerable<string> Names(ImmutableSortedSet<Zone> zones) => zones.Select(zone => zone.Name);
}
