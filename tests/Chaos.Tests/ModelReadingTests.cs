using Google.Protobuf.WellKnownTypes;
using StateServer.Chaos.Histories;
using StateServer.Chaos.Workloads;
using StateServer.Protos.Etcd;
using StateServer.Protos.Operator;

namespace StateServer.Chaos.Tests;

/// <summary>The view's JSON and the Model service's answers come to the same words.</summary>
public sealed class ModelReadingTests
{
    private static readonly Timestamp At = new() { Seconds = 1_700_000_000 };

    [Fact]
    public void A_unit_reads_the_same_from_both()
    {
        ModelRecord view = View(
            "units/web/3",
            """{"v":1,"name":"web/3","service":"web","directive":"zone=a","machine":7,"assignment":12,"life":"alive","status":"pending","message":"why","address":null,"restarts":2,"createdAt":1700000000000,"statusSince":1700000000000}""");
        var answer = new GetModelResponse
        {
            Units = { new UnitInfo { Name = "web/3", Service = "web", Placement = "zone=a", Machine = "7", State = "pending", Message = "why", Restarts = 2, CreatedAt = At, StateSince = At } },
        };
        Assert.Equal(view, Assert.Single(ModelReading.Records(answer)) with { Assignment = 12, CreateRevision = 5 });
        Assert.Equal((7, 12, "web", 3), (view.Machine, view.Assignment, view.Service, view.Number));
        answer.Units[0].Message = "";
        Assert.NotEqual(view.Text, ModelReading.Records(answer)[0].Text);
    }

    [Fact]
    public void A_machine_reads_the_same_from_both()
    {
        ModelRecord view = View(
            "machines/7",
            """{"v":1,"id":7,"series":"none","constraints":{},"directive":"","stateServer":null,"zone":"local-a","life":"dying","status":"launching","message":"","instanceId":null,"address":null,"agent":null,"cordoned":true,"retries":0,"attempts":[],"createdAt":1700000000000,"statusSince":1700000000000}""");
        var answer = new GetModelResponse
        {
            Machines = { new MachineInfo { Id = "7", Series = "none", Zone = "local-a", Dying = true, State = "launching", Cordoned = true, CreatedAt = At, StateSince = At } },
        };
        Assert.Equal(view, Assert.Single(ModelReading.Records(answer)) with { CreateRevision = 5 });
        Assert.True(view.IsDying);
        Assert.Equal("local-a", view.Zone);
    }

    [Fact]
    public void A_service_reads_the_same_from_both()
    {
        ModelRecord view = View(
            "services/web",
            """{"v":1,"name":"web","series":"none","constraints":{"tags":["x"]},"command":["a","b"],"environment":["K"],"singleton":false,"maxSkew":2,"whenUnsatisfiable":"refuse","exposed":false,"ports":[80],"life":"alive","nextUnit":4,"createdAt":1700000000000}""");
        var service = new ServiceInfo { Name = "web", Series = "none", Command = { "a", "b" }, Variables = { "K" }, MaxSkew = 2, WhenUnsatisfiable = WhenUnsatisfiable.Refuse, Ports = { 80 }, CreatedAt = At };
        Assert.Equal(view, Assert.Single(ModelReading.Records(new GetModelResponse { Services = { service } })) with { CreateRevision = 5 });
        Assert.Equal(2, view.MaxSkew);
    }

    [Fact]
    public void The_environment_and_a_zone_read_the_same_from_both()
    {
        ModelRecord environment = View(
            "environment",
            """{"v":1,"id":"18446744073709551615","name":"chaos","type":"local","region":"","zones":["a","b"],"availabilitySetsEnabled":false,"defaultSeries":"none","constraints":{},"images":{},"replaceAfterSeconds":5}""");
        ModelRecord zone = View("zones/a", """{"v":1,"name":"a","cordoned":false,"avoidUntil":1700000000000,"why":"full"}""");
        var answer = new GetModelResponse
        {
            Environment = new EnvironmentInfo { Id = ulong.MaxValue, Name = "chaos", Type = "local", Zones = { "a", "b" }, DefaultSeries = "none", ReplaceAfterSeconds = 5 },
            Zones = { new ZoneInfo { Name = "a", AvoidedUntil = At, Message = "full" } },
        };
        Assert.Equal([environment.Text, zone.Text], ModelReading.Records(answer).Select(r => r.Text));
    }

    [Fact]
    public void Any_record_can_be_written_down() =>
        Assert.Contains("environment", System.Text.Json.JsonSerializer.Serialize(new ModelRecord("environment", "")), StringComparison.Ordinal);

    [Fact]
    public void A_key_that_is_no_record_is_told() => Assert.Throws<FormatException>(() => View("else/where", "{}"));

    private static ModelRecord View(string key, string json) => ModelReading.Record(new KeyValue
    {
        Key = MemberClient.Bytes(ModelReading.Prefix + key),
        Value = MemberClient.Bytes(json),
        CreateRevision = 5,
    });
}
