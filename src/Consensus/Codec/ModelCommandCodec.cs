using MessagePack;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using static StateServer.Consensus.Codec.ModelFieldCodec;

namespace StateServer.Consensus.Codec;

/// <summary>The model's commands that operators give; the others are <see cref="ModelWorkCodec"/>'s.</summary>
internal static class ModelCommandCodec
{
    private const int AdoptMachineFields = 5;
    private const int SetConstraintsFields = 2;
    private const int DeployServiceFields = 10;
    private const int AddUnitsFields = 3;
    private const int ExposeServiceFields = 2;
    private const int AddMachinesFields = 4;
    private const int RemoveMachinesFields = 2;
    private const int CordonFields = 2;

    public static void Write(ref MessagePackWriter writer, ModelCommand command)
    {
        switch (command)
        {
            case BootstrapEnvironmentCommand bootstrap:
                Start(ref writer, CommandTag.BootstrapEnvironment, 1);
                ModelRecordCodec.Write(ref writer, bootstrap.Settings);
                break;
            case AdoptMachineCommand adopt:
                Start(ref writer, CommandTag.AdoptMachine, AdoptMachineFields);
                writer.Write(adopt.StateServer.Value);
                writer.Write(adopt.Series);
                writer.Write(adopt.Zone.Name);
                writer.Write(adopt.Instance.Name);
                writer.Write(adopt.Address);
                break;
            case SetConstraintsCommand set:
                Start(ref writer, CommandTag.SetConstraints, SetConstraintsFields);
                WriteOptional(ref writer, set.Service?.Name);
                ModelFieldCodec.Write(ref writer, set.Constraints);
                break;
            case DeployServiceCommand deploy:
                Write(ref writer, deploy);
                break;
            case AddUnitsCommand add:
                Start(ref writer, CommandTag.AddUnits, AddUnitsFields);
                writer.Write(add.Service.Name);
                writer.Write(add.Count);
                ModelFieldCodec.Write(ref writer, add.Directive);
                break;
            case RemoveUnitsCommand remove:
                Start(ref writer, CommandTag.RemoveUnits, 1);
                WriteList(ref writer, remove.Units, ModelFieldCodec.Write);
                break;
            case RemoveServiceCommand remove:
                Start(ref writer, CommandTag.RemoveService, 1);
                writer.Write(remove.Service.Name);
                break;
            case ExposeServiceCommand expose:
                Start(ref writer, CommandTag.ExposeService, ExposeServiceFields);
                writer.Write(expose.Service.Name);
                ModelRecordCodec.WritePorts(ref writer, expose.Ports);
                break;
            case UnexposeServiceCommand unexpose:
                Start(ref writer, CommandTag.UnexposeService, 1);
                writer.Write(unexpose.Service.Name);
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
                ModelWorkCodec.Write(ref writer, command);
                break;
        }
    }

    /// <summary>Reads the command behind its tag.</summary>
    public static ModelCommand Read(ref FieldReader reader, CommandTag tag)
    {
        switch (tag)
        {
            case CommandTag.BootstrapEnvironment:
                reader.Fields(1, "a bootstrap");
                return new BootstrapEnvironmentCommand(ModelRecordCodec.ReadEnvironment(ref reader));
            case CommandTag.AdoptMachine:
                reader.Fields(AdoptMachineFields, "a machine's adoption");
                var member = new NodeId(reader.UInt64());
                var series = reader.Text();
                var zone = new Zone(reader.Text());
                var instance = new InstanceId(reader.Text());
                return new AdoptMachineCommand(member, series, zone, instance, reader.Text());
            case CommandTag.SetConstraints:
                reader.Fields(SetConstraintsFields, "a change of constraints");
                ServiceName? constrained = reader.TryNil() ? null : new ServiceName(reader.Text());
                return new SetConstraintsCommand(constrained, ReadConstraints(ref reader));
            case CommandTag.DeployService:
                return ReadDeploy(ref reader);
            case CommandTag.AddUnits:
                reader.Fields(AddUnitsFields, "an addition of units");
                var grown = new ServiceName(reader.Text());
                var units = reader.Int32();
                return new AddUnitsCommand(grown, units, ReadDirective(ref reader));
            case CommandTag.RemoveUnits:
                reader.Fields(1, "a removal of units");
                return new RemoveUnitsCommand(ReadList(ref reader, ReadUnitName));
            case CommandTag.RemoveService:
                reader.Fields(1, "a removal of a service");
                return new RemoveServiceCommand(new ServiceName(reader.Text()));
            case CommandTag.ExposeService:
                reader.Fields(ExposeServiceFields, "an exposure");
                var exposed = new ServiceName(reader.Text());
                return new ExposeServiceCommand(exposed, ModelRecordCodec.ReadPorts(ref reader));
            case CommandTag.UnexposeService:
                reader.Fields(1, "an exposure's end");
                return new UnexposeServiceCommand(new ServiceName(reader.Text()));
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
                return ModelWorkCodec.Read(ref reader, tag);
        }
    }

    /// <summary>The tag, and the array of the fields.</summary>
    public static void Start(ref MessagePackWriter writer, CommandTag tag, int fields)
    {
        writer.Write((int)tag);
        writer.WriteArrayHeader(fields);
    }

    private static void Write(ref MessagePackWriter writer, DeployServiceCommand deploy)
    {
        Start(ref writer, CommandTag.DeployService, DeployServiceFields);
        writer.Write(deploy.Name.Name);
        writer.Write(deploy.Series);
        ModelFieldCodec.Write(ref writer, deploy.Constraints);
        WriteSet(ref writer, deploy.Command.IsDefault ? [] : deploy.Command);
        WritePairs(ref writer, deploy.Environment);
        writer.Write(deploy.IsSingleton);
        writer.Write(deploy.MostSkew);
        writer.Write((int)deploy.WhenUnsatisfiable);
        writer.Write(deploy.Units);
        ModelFieldCodec.Write(ref writer, deploy.Directive);
    }

    private static DeployServiceCommand ReadDeploy(ref FieldReader reader)
    {
        reader.Fields(DeployServiceFields, "a deployment");
        var name = new ServiceName(reader.Text());
        var series = reader.Text();
        var constraints = ReadConstraints(ref reader);
        var command = reader.Texts();
        var environment = ReadPairs(ref reader);
        var isSingleton = reader.Boolean();
        var mostSkew = reader.Int32();
        var whenUnsatisfiable = (WhenUnsatisfiable)reader.Int32();
        var units = reader.Int32();
        return new DeployServiceCommand(
            name,
            series,
            constraints,
            command,
            environment,
            isSingleton,
            mostSkew,
            whenUnsatisfiable,
            units,
            ReadDirective(ref reader));
    }

    private static void WriteMachine(ref MessagePackWriter writer, MachineId machine) => writer.Write(machine.Value);

    private static MachineId ReadMachineId(ref FieldReader reader) => new(reader.Int32());
}
