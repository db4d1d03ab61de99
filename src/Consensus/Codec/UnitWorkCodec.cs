using System.Collections.Immutable;
using MessagePack;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using static StateServer.Consensus.Codec.ModelCommandCodec;
using static StateServer.Consensus.Codec.ModelFieldCodec;

namespace StateServer.Consensus.Codec;

/// <summary>The commands of the leader's loop and of agents about units; those about machines are <see cref="MachineWorkCodec"/>'s.</summary>
internal static class UnitWorkCodec
{
    private const int AssignUnitsFields = 3;
    private const int NewMachineFields = 4;
    private const int PairFields = 2;
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
                MachineWorkCodec.Write(ref writer, command);
                break;
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
                return MachineWorkCodec.Read(ref reader, tag);
        }
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
