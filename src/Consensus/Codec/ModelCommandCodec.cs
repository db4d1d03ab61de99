using MessagePack;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using static StateServer.Consensus.Codec.ModelFieldCodec;

namespace StateServer.Consensus.Codec;

/// <summary>The model's commands of operators about the environment, services and units; all others are <see cref="MachineCommandCodec"/>'s and those behind it.</summary>
internal static class ModelCommandCodec
{
    private const int SetConstraintsFields = 2;
    private const int DeployServiceFields = 10;
    private const int AddUnitsFields = 3;
    private const int ExposeServiceFields = 2;

    public static void Write(ref MessagePackWriter writer, ModelCommand command)
    {
        switch (command)
        {
            case BootstrapEnvironmentCommand bootstrap:
                Start(ref writer, CommandTag.BootstrapEnvironment, 1);
                ModelRecordCodec.Write(ref writer, bootstrap.Settings);
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
            default:
                MachineCommandCodec.Write(ref writer, command);
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
            default:
                return MachineCommandCodec.Read(ref reader, tag);
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
}
