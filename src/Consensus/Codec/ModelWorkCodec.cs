using System.Collections.Immutable;
using MessagePack;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using static StateServer.Consensus.Codec.ModelCommandCodec;
using static StateServer.Consensus.Codec.ModelFieldCodec;

namespace StateServer.Consensus.Codec;

/// <summary>The model's commands of the leader's loop and of agents.</summary>
internal static class ModelWorkCodec
{
    private const int AssignUnitsFields = 3;
    private const int NewMachineFields = 4;
    private const int PairFields = 2;
    private const int BeginLaunchFields = 4;
    private const int EndLaunchFields = 5;
    private const int AvoidZoneFields = 3;
    private const int ReportMachineFields = 4;
    private const int UnitReportFields = 6;
    private const int NoteWaitingFields = 3;

    public static void Write(ref MessagePackWriter writer, ModelCommand command)
    {
        switch (command)
        {
            case AssignUnitsCommand assign:
                Start(ref writer, CommandTag.AssignUnits, AssignUnitsFields);
                writer.Write(assign.FirstMachine);
                WriteList(ref writer, assign.Machines, Write);
                WriteList(ref writer, assign.Units, Write);
                break;
            case UnassignUnitsCommand unassign:
                Start(ref writer, CommandTag.UnassignUnits, PairFields);
                WriteList(ref writer, unassign.Units, Write);
                writer.Write(unassign.Why);
                break;
            case ConfirmPredecessorsEndedCommand confirm:
                WriteReferences(ref writer, CommandTag.ConfirmPredecessorsEnded, confirm.Predecessors);
                break;
            case RemoveDeadUnitsCommand remove:
                WriteReferences(ref writer, CommandTag.RemoveDeadUnits, remove.Units);
                break;
            case ReserveZoneCommand reserve:
                Start(ref writer, CommandTag.ReserveZone, PairFields);
                writer.Write(reserve.Machine.Value);
                writer.Write(reserve.Zone.Name);
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
            case AvoidZoneCommand avoid:
                Start(ref writer, CommandTag.AvoidZone, AvoidZoneFields);
                writer.Write(avoid.Zone.Name);
                writer.Write(avoid.UntilMilliseconds);
                writer.Write(avoid.Why);
                break;
            case ClearAvoidedZonesCommand:
                Start(ref writer, CommandTag.ClearAvoidedZones, 0);
                break;
            case ReportMachineCommand report:
                Start(ref writer, CommandTag.ReportMachine, ReportMachineFields);
                writer.Write(report.Machine.Value);
                writer.Write(report.Instance.Name);
                writer.Write(report.Address);
                writer.Write(report.AgentVersion);
                break;
            case ReportUnitsCommand report:
                Start(ref writer, CommandTag.ReportUnits, PairFields);
                writer.Write(report.Machine.Value);
                WriteList(ref writer, report.Units, Write);
                break;
            case NoteWaitingCommand note:
                Start(ref writer, CommandTag.NoteWaiting, NoteWaitingFields);
                writer.Write(note.Notice);
                WriteList(ref writer, note.Machines, Write);
                WriteList(ref writer, note.Units, Write);
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
            case CommandTag.AssignUnits:
                reader.Fields(AssignUnitsFields, "an assignment of units");
                var first = reader.Int32();
                var machines = ReadList(ref reader, ReadNewMachine);
                return new AssignUnitsCommand(first, machines, ReadList(ref reader, ReadAssignment));
            case CommandTag.UnassignUnits:
                reader.Fields(PairFields, "an assignment's end");
                var units = ReadList(ref reader, ReadReference);
                return new UnassignUnitsCommand(units, reader.Text());
            case CommandTag.ConfirmPredecessorsEnded:
                reader.Fields(1, "predecessors' ends");
                return new ConfirmPredecessorsEndedCommand(ReadList(ref reader, ReadReference));
            case CommandTag.RemoveDeadUnits:
                reader.Fields(1, "a removal of dead units");
                return new RemoveDeadUnitsCommand(ReadList(ref reader, ReadReference));
            case CommandTag.ReserveZone:
                reader.Fields(PairFields, "a reservation");
                var reserved = new MachineId(reader.Int32());
                return new ReserveZoneCommand(reserved, new Zone(reader.Text()));
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
            case CommandTag.AvoidZone:
                reader.Fields(AvoidZoneFields, "a zone's failure");
                var zone = new Zone(reader.Text());
                var until = reader.Int64();
                return new AvoidZoneCommand(zone, until, reader.Text());
            case CommandTag.ClearAvoidedZones:
                reader.Fields(0, "the end of zones' failures");
                return new ClearAvoidedZonesCommand();
            case CommandTag.ReportMachine:
                reader.Fields(ReportMachineFields, "a machine's report");
                var machine = new MachineId(reader.Int32());
                var instance = new InstanceId(reader.Text());
                var address = reader.Text();
                return new ReportMachineCommand(machine, instance, address, reader.Text());
            case CommandTag.ReportUnits:
                reader.Fields(PairFields, "units' reports");
                var reporter = new MachineId(reader.Int32());
                return new ReportUnitsCommand(reporter, ReadList(ref reader, ReadReport));
            case CommandTag.NoteWaiting:
                reader.Fields(NoteWaitingFields, "notes on what waits");
                var notice = reader.Text();
                var machineNotes = ReadList(ref reader, ReadMachineNote);
                return new NoteWaitingCommand(notice, machineNotes, ReadList(ref reader, ReadUnitNote));
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

    private static void WriteReferences(
        ref MessagePackWriter writer, CommandTag tag, ImmutableArray<AssignmentReference> references)
    {
        Start(ref writer, tag, 1);
        WriteList(ref writer, references, Write);
    }

    private static void Write(ref MessagePackWriter writer, NewMachine machine)
    {
        writer.WriteArrayHeader(NewMachineFields);
        writer.Write(machine.Series);
        ModelFieldCodec.Write(ref writer, machine.Constraints);
        ModelFieldCodec.Write(ref writer, machine.Directive);
        WriteOptional(ref writer, machine.Zone?.Name);
    }

    private static NewMachine ReadNewMachine(ref FieldReader reader)
    {
        reader.Fields(NewMachineFields, "a new machine");
        var series = reader.Text();
        var constraints = ReadConstraints(ref reader);
        var directive = ReadDirective(ref reader);
        return new NewMachine(series, constraints, directive, ReadZone(ref reader));
    }

    private static void Write(ref MessagePackWriter writer, UnitAssignment assignment)
    {
        writer.WriteArrayHeader(PairFields);
        ModelFieldCodec.Write(ref writer, assignment.Unit);
        writer.Write(assignment.Machine.Value);
    }

    private static UnitAssignment ReadAssignment(ref FieldReader reader)
    {
        reader.Fields(PairFields, "a unit's assignment");
        var unit = ReadUnitName(ref reader);
        return new UnitAssignment(unit, new MachineId(reader.Int32()));
    }

    private static void Write(ref MessagePackWriter writer, AssignmentReference reference)
    {
        writer.WriteArrayHeader(PairFields);
        ModelFieldCodec.Write(ref writer, reference.Unit);
        writer.Write(reference.Assignment);
    }

    private static AssignmentReference ReadReference(ref FieldReader reader)
    {
        reader.Fields(PairFields, "an assignment's number");
        var unit = ReadUnitName(ref reader);
        return new AssignmentReference(unit, reader.Int64());
    }

    private static void Write(ref MessagePackWriter writer, MachineNote note)
    {
        writer.WriteArrayHeader(PairFields);
        writer.Write(note.Machine.Value);
        writer.Write(note.Line);
    }

    private static MachineNote ReadMachineNote(ref FieldReader reader)
    {
        reader.Fields(PairFields, "a machine's note");
        var machine = new MachineId(reader.Int32());
        return new MachineNote(machine, reader.Text());
    }

    private static void Write(ref MessagePackWriter writer, UnitNote note)
    {
        writer.WriteArrayHeader(PairFields);
        ModelFieldCodec.Write(ref writer, note.Unit);
        writer.Write(note.Line);
    }

    private static UnitNote ReadUnitNote(ref FieldReader reader)
    {
        reader.Fields(PairFields, "a unit's note");
        var unit = ReadUnitName(ref reader);
        return new UnitNote(unit, reader.Text());
    }

    private static void Write(ref MessagePackWriter writer, UnitReport report)
    {
        writer.WriteArrayHeader(UnitReportFields);
        ModelFieldCodec.Write(ref writer, report.Unit);
        writer.Write(report.Assignment);
        writer.Write((int)report.Status);
        writer.Write(report.Message);
        WriteOptional(ref writer, report.Address);
        writer.Write(report.Restarts);
    }

    private static UnitReport ReadReport(ref FieldReader reader)
    {
        reader.Fields(UnitReportFields, "a unit's report");
        var unit = ReadUnitName(ref reader);
        var assignment = reader.Int64();
        var status = (UnitStatus)reader.Int32();
        var message = reader.Text();
        var address = ReadOptional(ref reader);
        return new UnitReport(unit, assignment, status, message, address, reader.Int32());
    }
}
