using System.Globalization;
using System.Text.Json;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;
using StateServer.Protos.Operator;

namespace StateServer.Chaos.Workloads;

/// <summary>
/// Makes records of the model of the view's JSON, and of the Model service's answers: both in the same words, so that they can be
/// compared. What only one of the two tells (attempts, constraints' form) is left out.
/// </summary>
internal static class ModelReading
{
    /// <summary>The reserved prefix that the view is under.</summary>
    public const string Prefix = "/stateserver/";

    /// <summary>The key without the prefix.</summary>
    public static string Key(KeyValue pair) => pair.Key.ToStringUtf8()[Prefix.Length..];

    /// <summary>The model's keys of an answer; the members' have checkers of their own.</summary>
    public static IEnumerable<KeyValue> OfModel(IEnumerable<KeyValue> pairs) =>
        pairs.Where(pair => Key(pair) is var key && key != "membership" && !key.StartsWith("members/", StringComparison.Ordinal));

    /// <summary>One key of the model's view.</summary>
    public static ModelRecord Record(KeyValue pair)
    {
        string key = Key(pair);
        using JsonDocument document = JsonDocument.Parse(pair.Value.Memory);
        JsonElement json = document.RootElement;
        bool isDying = json.TryGetProperty("life", out JsonElement life) && life.GetString() == "dying";
        return new ModelRecord(key, Line(json, key, isDying))
        {
            CreateRevision = pair.CreateRevision,
            IsDying = isDying,
            Zone = key.StartsWith(ModelRecord.Machines, StringComparison.Ordinal) ? json.GetProperty("zone").GetString() : null,
            Machine = json.TryGetProperty("machine", out JsonElement machine) && machine.ValueKind == JsonValueKind.Number ? machine.GetInt32() : null,
            Assignment = json.TryGetProperty("assignment", out JsonElement assignment) ? assignment.GetInt64() : 0,
            MaxSkew = json.TryGetProperty("maxSkew", out JsonElement skew) ? skew.GetInt32() : 0,
        };
    }

    /// <summary>All of an answer.</summary>
    public static IReadOnlyList<ModelRecord> Records(GetModelResponse answer) =>
    [
        .. answer.Environment is { } environment ? [Record(environment)] : Array.Empty<ModelRecord>(),
        .. answer.Machines.Select(Record),
        .. answer.Services.Select(Record),
        .. answer.Units.Select(Record),
        .. answer.Zones.Select(zone => new ModelRecord(
            $"zones/{zone.Name}", Join(zone.Name, zone.Cordoned, zone.AvoidedUntil?.ToDateTimeOffset().ToUnixTimeMilliseconds() ?? 0, zone.Message))),
    ];

    /// <summary>An answer as one look.</summary>
    public static ModelLook Look(string member, long floor, GetModelResponse answer) =>
        new(member, floor, answer.Revision, Records(answer).ToDictionary(r => r.Key, r => r.Text));

    private static string Line(JsonElement json, string key, bool isDying) => key.Split('/')[0] switch
    {
        "environment" => Join(
            Of(json, "id"), Of(json, "name"), Of(json, "type"), Of(json, "region"), List(json, "zones"), Of(json, "availabilitySetsEnabled"),
            Of(json, "defaultSeries"), Of(json, "replaceAfterSeconds")),
        "machines" => Join(
            Of(json, "id"), Of(json, "series"), Of(json, "directive"), Of(json, "stateServer"), Of(json, "zone"), isDying, Of(json, "status"), Of(json, "message"),
            Of(json, "instanceId"), Of(json, "address"), Of(json, "agent"), Of(json, "cordoned"), Of(json, "createdAt"), Of(json, "statusSince")),
        "services" => Join(
            Of(json, "name"), Of(json, "series"), List(json, "command"), List(json, "environment"), Of(json, "singleton"), Of(json, "maxSkew"),
            Of(json, "whenUnsatisfiable"), Of(json, "exposed"), List(json, "ports"), isDying, Of(json, "createdAt")),
        "units" => Join(
            Of(json, "name"), Of(json, "service"), Of(json, "directive"), Of(json, "machine"), isDying, Of(json, "status"), Of(json, "message"),
            Of(json, "address"), Of(json, "restarts"), Of(json, "createdAt"), Of(json, "statusSince")),
        "zones" => Join(Of(json, "name"), Of(json, "cordoned"), Of(json, "avoidUntil"), Of(json, "why")),
        _ => throw new FormatException($"the view has a key {key}, which is no record of the model"),
    };

    private static ModelRecord Record(EnvironmentInfo environment) => new("environment", Join(
        environment.Id, environment.Name, environment.Type, environment.Region, string.Join(',', environment.Zones), environment.AvailabilitySetsEnabled,
        environment.DefaultSeries, environment.ReplaceAfterSeconds));

    private static ModelRecord Record(MachineInfo machine) => new(ModelRecord.Machines + machine.Id, Join(
        machine.Id, machine.Series, machine.Placement, machine.HasStateServer ? machine.StateServer : "", machine.HasZone ? machine.Zone : "", machine.Dying,
        machine.State, machine.Message, machine.InstanceId, machine.Address, machine.Agent, machine.Cordoned,
        machine.CreatedAt.ToDateTimeOffset().ToUnixTimeMilliseconds(), machine.StateSince.ToDateTimeOffset().ToUnixTimeMilliseconds()))
    {
        IsDying = machine.Dying,
        Zone = machine.HasZone ? machine.Zone : null,
    };

    private static ModelRecord Record(ServiceInfo service) => new(ModelRecord.Services + service.Name, Join(
        service.Name, service.Series, string.Join(',', service.Command), string.Join(',', service.Variables), service.Singleton, service.MaxSkew,
        service.WhenUnsatisfiable == WhenUnsatisfiable.Refuse ? "refuse" : "relax", service.Exposed, string.Join(',', service.Ports), service.Dying,
        service.CreatedAt.ToDateTimeOffset().ToUnixTimeMilliseconds()))
    {
        IsDying = service.Dying,
        MaxSkew = service.MaxSkew,
    };

    private static ModelRecord Record(UnitInfo unit) => new(ModelRecord.Units + unit.Name, Join(
        unit.Name, unit.Service, unit.Placement, unit.HasMachine ? unit.Machine : "", unit.Dying, unit.State, unit.Message, unit.Address, unit.Restarts,
        unit.CreatedAt.ToDateTimeOffset().ToUnixTimeMilliseconds(), unit.StateSince.ToDateTimeOffset().ToUnixTimeMilliseconds()))
    {
        IsDying = unit.Dying,
        Machine = unit.HasMachine ? int.Parse(unit.Machine, CultureInfo.InvariantCulture) : null,
    };

    /// <summary>A field as text; empty for null.</summary>
    private static string Of(JsonElement json, string field) => json.GetProperty(field) switch
    {
        { ValueKind: JsonValueKind.Null } => "",
        { ValueKind: JsonValueKind.True } => bool.TrueString,
        { ValueKind: JsonValueKind.False } => bool.FalseString,
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        var number => number.GetRawText(),
    };

    private static string List(JsonElement json, string field) => string.Join(',', json.GetProperty(field).EnumerateArray().Select(e => e.ToString()));

    private static string Join(params object?[] fields) =>
        string.Join(" | ", fields.Select(f => Convert.ToString(f, CultureInfo.InvariantCulture)));
}
