using StateServer.Agent;
using StateServer.Domain.Identity;
using StateServer.Protos.Agent;

namespace StateServer.StateServer.Tests.Agent.Hosting;

/// <summary>Assignments and options as tests need them.</summary>
internal static class Assigned
{
    public const ulong Environment = 77;
    public const long Incarnation = 2;

    public static AgentOptions Options(string folder, PortRange ports, string endpoint = "127.0.0.1:1") => new()
    {
        Folder = folder,
        Environment = new EnvironmentId(Environment),
        Incarnation = Incarnation,
        Machine = new MachineId(3),
        Instance = new InstanceId("i-3"),
        Address = "127.0.0.1",
        Endpoints = [endpoint],
        Ports = ports,
        LogBytes = 64 << 10,
    };

    public static Assignment Of(params AssignedUnit[] units)
    {
        var assignment = new Assignment { EnvironmentId = Environment, Incarnation = Incarnation, Revision = 9, Zone = "local-b" };
        assignment.Units.AddRange(units);
        return assignment;
    }

    public static AssignedUnit Unit(int number, long assignment, params string[] command)
    {
        var unit = new AssignedUnit { Service = "web", Number = number, Assignment = assignment, GraceSeconds = 10 };
        unit.Command.AddRange(command.Length > 0 ? command : ["/bin/serve"]);
        return unit;
    }

    public static AssignedUnit Singleton(this AssignedUnit unit, int leaseSeconds)
    {
        unit.Singleton = true;
        unit.LeaseSeconds = leaseSeconds;
        return unit;
    }

    public static AssignedUnit Grace(this AssignedUnit unit, int seconds)
    {
        unit.GraceSeconds = seconds;
        return unit;
    }

    public static UnitName Web(int number) => new(new ServiceName("web"), number);
}
