using MessagePack;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using static StateServer.Consensus.Codec.ModelCommandCodec;
using static StateServer.Consensus.Codec.ModelFieldCodec;

namespace StateServer.Consensus.Codec;

/// <summary>The commands of the leader's loop and of agents about machines and zones.</summary>
internal static class MachineWorkCodec
{
    private const int PairFields = 2;
    private const int BeginLaunchFields = 4;
    private const int EndLaunchFields = 5;
    private const int ReportMachineFields = 4;

    public static void Write(ref MessagePackWriter writer, ModelCommand command)
    {
        switch (command)
        {
            case ReserveZoneCommand reserve:
                Start(ref writer, CommandTag.ReserveZone, PairFields);
                writer.Write(reserve.Machine.Value);
                WriteOptional(ref writer, reserve.Zone?.Name);
                break;
            case BeginLaunchCommand begin:
                Start(ref writer, CommandTag.BeginLaunch, BeginLaunchFields);
                writer.Write(begin.Machine.Value);
                writer.Write(begin.Number);
                writer.Write(begin.Zone.Name);
                writer.Write(begin.UserDataHash);
                break;
            case EndLaunchCommand end:
                Start(ref writer, CommandTag.EndLaunch, EndLaunchFields);
                writer.Write(end.Machine.Value);
                writer.Write(end.Number);
                writer.Write((int)end.Outcome);
                WriteOptional(ref writer, end.Instance?.Name);
                writer.Write(end.Detail);
                break;
            case MarkMachineLostCommand lost:
                Start(ref writer, CommandTag.MarkMachineLost, PairFields);
                writer.Write(lost.Machine.Value);
                writer.Write(lost.Why);
                break;
            case MarkMachineReturnedCommand returned:
                WriteMachine(ref writer, CommandTag.MarkMachineReturned, returned.Machine);
                break;
            case MachineTerminatedCommand terminated:
                WriteMachine(ref writer, CommandTag.MachineTerminated, terminated.Machine);
                break;
            case ClearAvoidedZonesCommand clear:
                Start(ref writer, CommandTag.ClearAvoidedZones, 1);
                WriteZones(ref writer, clear.Zones);
                break;
            case ReportMachineCommand report:
                Start(ref writer, CommandTag.ReportMachine, ReportMachineFields);
                writer.Write(report.Machine.Value);
                writer.Write(report.Instance.Name);
                writer.Write(report.Address);
                writer.Write(report.AgentVersion);
                break;
            default:
                throw new ArgumentException($"no tag for the command {command.GetType().Name}", nameof(command));
        }
    }

    /// <summary>Reads the command behind its tag.</summary>
    public static ModelCommand Read(ref FieldReader reader, CommandTag tag)
    {
        switch (tag)
        {
            case CommandTag.ReserveZone:
                reader.Fields(PairFields, "a reservation");
                var reserved = new MachineId(reader.Int32());
                return new ReserveZoneCommand(reserved, ReadZone(ref reader));
            case CommandTag.BeginLaunch:
                return ReadBegin(ref reader);
            case CommandTag.EndLaunch:
                return ReadEnd(ref reader);
            case CommandTag.MarkMachineLost:
                reader.Fields(PairFields, "a machine's loss");
                var lost = new MachineId(reader.Int32());
                return new MarkMachineLostCommand(lost, reader.Text());
            case CommandTag.MarkMachineReturned:
                reader.Fields(1, "a machine's return");
                return new MarkMachineReturnedCommand(new MachineId(reader.Int32()));
            case CommandTag.MachineTerminated:
                reader.Fields(1, "a machine's end");
                return new MachineTerminatedCommand(new MachineId(reader.Int32()));
            case CommandTag.ClearAvoidedZones:
                reader.Fields(1, "the end of zones' failures");
                return new ClearAvoidedZonesCommand(ReadZones(ref reader));
            case CommandTag.ReportMachine:
                reader.Fields(ReportMachineFields, "a machine's report");
                var machine = new MachineId(reader.Int32());
                var instance = new InstanceId(reader.Text());
                var address = reader.Text();
                return new ReportMachineCommand(machine, instance, address, reader.Text());
            default:
                throw reader.Unknown($"command tag {(int)tag}");
        }
    }

    private static BeginLaunchCommand ReadBegin(ref FieldReader reader)
    {
        reader.Fields(BeginLaunchFields, "a launch attempt");
        var machine = new MachineId(reader.Int32());
        var number = reader.Int32();
        var zone = new Zone(reader.Text());
        return new BeginLaunchCommand(machine, number, zone, reader.Text());
    }

    private static EndLaunchCommand ReadEnd(ref FieldReader reader)
    {
        reader.Fields(EndLaunchFields, "a launch attempt's end");
        var machine = new MachineId(reader.Int32());
        var number = reader.Int32();
        var outcome = (LaunchOutcome)reader.Int32();
        var instance = ReadInstance(ref reader);
        return new EndLaunchCommand(machine, number, outcome, instance, reader.Text());
    }

    private static void WriteMachine(ref MessagePackWriter writer, CommandTag tag, MachineId machine)
    {
        Start(ref writer, tag, 1);
        writer.Write(machine.Value);
    }
}
