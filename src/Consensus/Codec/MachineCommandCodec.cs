using MessagePack;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using static StateServer.Consensus.Codec.ModelCommandCodec;
using static StateServer.Consensus.Codec.ModelFieldCodec;

namespace StateServer.Consensus.Codec;

/// <summary>The model's commands of operators about machines and zones; those that nobody types are <see cref="UnitWorkCodec"/>'s and those behind it.</summary>
internal static class MachineCommandCodec
{
    private const int AdoptMachineFields = 5;
    private const int AddMachinesFields = 4;
    private const int RemoveMachinesFields = 2;
    private const int CordonFields = 2;

    public static void Write(ref MessagePackWriter writer, ModelCommand command)
    {
        switch (command)
        {
            case AdoptMachineCommand adopt:
                Start(ref writer, CommandTag.AdoptMachine, AdoptMachineFields);
                writer.Write(adopt.StateServer.Value);
                writer.Write(adopt.Series);
                writer.Write(adopt.Zone.Name);
                writer.Write(adopt.Instance.Name);
                writer.Write(adopt.Address);
                break;
            case AddMachinesCommand add:
                Start(ref writer, CommandTag.AddMachines, AddMachinesFields);
                writer.Write(add.Count);
                writer.Write(add.Series);
                ModelFieldCodec.Write(ref writer, add.Constraints);
                ModelFieldCodec.Write(ref writer, add.Directive);
                break;
            case RemoveMachinesCommand remove:
                Start(ref writer, CommandTag.RemoveMachines, RemoveMachinesFields);
                WriteList(ref writer, remove.Machines, WriteMachine);
                writer.Write(remove.Force);
                break;
            case RetryProvisioningCommand retry:
                Start(ref writer, CommandTag.RetryProvisioning, 1);
                writer.Write(retry.Machine.Value);
                break;
            case CordonMachineCommand cordon:
                Start(ref writer, CommandTag.CordonMachine, CordonFields);
                writer.Write(cordon.Machine.Value);
                writer.Write(cordon.Cordoned);
                break;
            case CordonZoneCommand cordon:
                Start(ref writer, CommandTag.CordonZone, CordonFields);
                writer.Write(cordon.Zone.Name);
                writer.Write(cordon.Cordoned);
                break;
            case ConfirmMachinesLostCommand lost:
                Start(ref writer, CommandTag.ConfirmMachinesLost, 1);
                WriteList(ref writer, lost.Machines, WriteMachine);
                break;
            case ConfirmRestoreCommand:
                Start(ref writer, CommandTag.ConfirmRestore, 0);
                break;
            default:
                UnitWorkCodec.Write(ref writer, command);
                break;
        }
    }

    /// <summary>Reads the command behind its tag.</summary>
    public static ModelCommand Read(ref FieldReader reader, CommandTag tag)
    {
        switch (tag)
        {
            case CommandTag.AdoptMachine:
                reader.Fields(AdoptMachineFields, "a machine's adoption");
                var member = new NodeId(reader.UInt64());
                var series = reader.Text();
                var zone = new Zone(reader.Text());
                var instance = new InstanceId(reader.Text());
                return new AdoptMachineCommand(member, series, zone, instance, reader.Text());
            case CommandTag.AddMachines:
                reader.Fields(AddMachinesFields, "an addition of machines");
                var machines = reader.Int32();
                var ofSeries = reader.Text();
                var constraints = ReadConstraints(ref reader);
                return new AddMachinesCommand(machines, ofSeries, constraints, ReadDirective(ref reader));
            case CommandTag.RemoveMachines:
                reader.Fields(RemoveMachinesFields, "a removal of machines");
                var removed = ReadList(ref reader, ReadMachineId);
                return new RemoveMachinesCommand(removed, reader.Boolean());
            case CommandTag.RetryProvisioning:
                reader.Fields(1, "a retry");
                return new RetryProvisioningCommand(new MachineId(reader.Int32()));
            case CommandTag.CordonMachine:
                reader.Fields(CordonFields, "a machine's cordon");
                var machine = new MachineId(reader.Int32());
                return new CordonMachineCommand(machine, reader.Boolean());
            case CommandTag.CordonZone:
                reader.Fields(CordonFields, "a zone's cordon");
                var cordoned = new Zone(reader.Text());
                return new CordonZoneCommand(cordoned, reader.Boolean());
            case CommandTag.ConfirmMachinesLost:
                reader.Fields(1, "a confirmation of losses");
                return new ConfirmMachinesLostCommand(ReadList(ref reader, ReadMachineId));
            case CommandTag.ConfirmRestore:
                reader.Fields(0, "a confirmation of a restore");
                return new ConfirmRestoreCommand();
            default:
                return UnitWorkCodec.Read(ref reader, tag);
        }
    }

    private static void WriteMachine(ref MessagePackWriter writer, MachineId machine) => writer.Write(machine.Value);

    private static MachineId ReadMachineId(ref FieldReader reader) => new(reader.Int32());
}
