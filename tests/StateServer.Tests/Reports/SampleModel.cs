using Google.Protobuf.WellKnownTypes;
using StateServer.Protos.Operator;

namespace StateServer.StateServer.Tests.Reports;

/// <summary>Three machines, of which the third is lost; two services.</summary>
internal static class SampleModel
{
    public static GetModelResponse Response()
    {
        var response = new GetModelResponse
        {
            Environment = new EnvironmentInfo
            {
                Id = ulong.MaxValue,
                Name = "prod",
                Type = "azure",
                Region = "north",
                AvailabilitySetsEnabled = true,
                DefaultSeries = "noble",
                Constraints = "mem=2048M",
                ReplaceAfterSeconds = 30,
            },
        };
        response.Machines.Add(new MachineInfo { Id = "0", Series = "noble", State = "running", Zone = "a", InstanceId = "i-0", Address = "10.0.0.1", Agent = "0.1.0", StateServer = 101 });
        response.Machines.Add(new MachineInfo { Id = "1", Series = "noble", State = "pending", Message = "zone b has no room", Cordoned = true });
        response.Machines.Add(new MachineInfo { Id = "2", Series = "noble", State = "lost", Zone = "c", InstanceId = "i-2", Dying = true });
        var web = new ServiceInfo { Name = "web", Series = "noble", Constraints = "", MaxSkew = 1, Exposed = true };
        web.Ports.Add([80, 443]);
        response.Services.Add(new ServiceInfo { Name = "db", Series = "noble", Constraints = "mem=4096M", MaxSkew = 1, Singleton = true });
        response.Services.Add(web);
        response.Units.Add(new UnitInfo { Name = "db/0", Service = "db", State = "pending" });
        response.Units.Add(new UnitInfo { Name = "web/0", Service = "web", State = "running", Machine = "0", Address = "10.0.0.1:30000", Restarts = 2 });
        response.Units.Add(new UnitInfo { Name = "web/1", Service = "web", State = "running", Machine = "2" });
        response.Units.Add(new UnitInfo { Name = "web/10", Service = "web", State = "backing-off", Machine = "0", Message = "exit code 3", Dying = true });
        response.Zones.Add(new ZoneInfo { Name = "a", Cordoned = true });
        response.Zones.Add(new ZoneInfo { Name = "b", AvoidedUntil = Timestamp.FromDateTimeOffset(SampleCluster.Now), Message = "no room" });
        response.Zones.Add(new ZoneInfo { Name = "c" });
        return response;
    }
}
