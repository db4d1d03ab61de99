using System.Collections.Immutable;
using Google.Protobuf.Collections;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using Wire = StateServer.Protos.Operator;

namespace StateServer.Api.Model;

/// <summary>
/// Requests as commands. What can't be right whatever the model is refused here, in one line; what depends on the model is left to
/// Apply, so that a retry is answered as the first attempt was. The environment's settings don't come and go, and may decide.
/// </summary>
internal static class ModelRequests
{
    private const string PlacementInSets = "unit placement is not supported with availability-sets-enabled";

    /// <summary>A deploy.</summary>
    /// <exception cref="Grpc.Core.RpcException">What is wrong with the request.</exception>
    public static ModelCommand ToCommand(Wire.DeployRequest request, ModelState model)
    {
        ServiceName service = Service(request.Service);
        ConstraintRequest own = Constraints(request.Constraints);
        PlacementDirective directive = Placement(request.Placement);
        Range("units", request.Units, 0);
        if (request.MaxSkew is < 0 or > ModelLimits.MostSkew)
        {
            throw ModelFailure.Wrong($"max-skew is {request.MaxSkew}; give 1 to {ModelLimits.MostSkew}");
        }

        WhenUnsatisfiable whenUnsatisfiable = request.WhenUnsatisfiable switch
        {
            Wire.WhenUnsatisfiable.Unspecified or Wire.WhenUnsatisfiable.Relax => WhenUnsatisfiable.Relax,
            Wire.WhenUnsatisfiable.Refuse => WhenUnsatisfiable.Refuse,
            _ => throw ModelFailure.Wrong($"when_unsatisfiable is {(int)request.WhenUnsatisfiable}; give relax or refuse"),
        };
        EnvironmentSettings environment = Environment(model);
        RefuseInSets(environment, directive);
        return new DeployServiceCommand(
            service,
            Series(request.Series, environment),
            ConstraintMerge.Merge(environment.Constraints, own),
            [.. request.Command],
            request.Environment.ToImmutableSortedDictionary(StringComparer.Ordinal),
            request.Singleton,
            Math.Max(request.MaxSkew, 1),
            whenUnsatisfiable,
            request.Units,
            directive);
    }

    /// <summary>More units.</summary>
    /// <exception cref="Grpc.Core.RpcException">What is wrong with the request.</exception>
    public static ModelCommand ToCommand(Wire.AddUnitsRequest request, ModelState model)
    {
        ServiceName service = Service(request.Service);
        Range("units", request.Units, 1);
        PlacementDirective directive = Placement(request.Placement);
        RefuseInSets(Environment(model), directive);
        return new AddUnitsCommand(service, request.Units, directive);
    }

    /// <summary>Fewer units.</summary>
    /// <exception cref="Grpc.Core.RpcException">What is wrong with the request.</exception>
    public static ModelCommand ToCommand(Wire.RemoveUnitsRequest request, ModelState model)
    {
        Environment(model);
        return new RemoveUnitsCommand(Listed("units", request.Units, Unit));
    }

    /// <summary>A service of which fewer units are wanted, and how many fewer.</summary>
    /// <exception cref="Grpc.Core.RpcException">What is wrong with the request, or there is no such service.</exception>
    public static (ServiceName Service, int Units) Fewer(Wire.ChooseUnitsToRemoveRequest request, ModelState model)
    {
        Environment(model);
        ServiceName service = Service(request.Service);
        Range("units", request.Units, 1);
        return model.Services.ContainsKey(service)
            ? (service, request.Units)
            : throw ModelFailure.NotFound($"service \"{service}\" not found");
    }

    /// <summary>A service that is to go.</summary>
    /// <exception cref="Grpc.Core.RpcException">What is wrong with the request.</exception>
    public static ModelCommand ToCommand(Wire.RemoveServiceRequest request, ModelState model)
    {
        Environment(model);
        return new RemoveServiceCommand(Service(request.Service));
    }

    /// <summary>More machines.</summary>
    /// <exception cref="Grpc.Core.RpcException">What is wrong with the request.</exception>
    public static ModelCommand ToCommand(Wire.AddMachinesRequest request, ModelState model)
    {
        Range("machines", request.Machines, 1);
        ConstraintRequest own = Constraints(request.Constraints);
        PlacementDirective directive = Placement(request.Placement);
        if (directive.Machine is not null)
        {
            throw ModelFailure.Wrong($"unknown placement directive: {request.Placement}");
        }

        EnvironmentSettings environment = Environment(model);
        if (environment.AvailabilitySetsEnabled)
        {
            throw ModelFailure.Forbidden(PlacementInSets);
        }

        return new AddMachinesCommand(
            request.Machines,
            Series(request.Series, environment),
            ConstraintMerge.Merge(environment.Constraints, own),
            directive);
    }

    /// <summary>Machines that are to go.</summary>
    /// <exception cref="Grpc.Core.RpcException">What is wrong with the request.</exception>
    public static ModelCommand ToCommand(Wire.RemoveMachinesRequest request, ModelState model)
    {
        Environment(model);
        return new RemoveMachinesCommand(Listed("machines", request.Machines, Machine), request.Force);
    }

    /// <summary>Ports to open.</summary>
    /// <exception cref="Grpc.Core.RpcException">What is wrong with the request.</exception>
    public static ModelCommand ToCommand(Wire.ExposeRequest request, ModelState model)
    {
        ServiceName service = Service(request.Service);
        if (request.Ports.Count is 0 or > ModelLimits.MostPorts)
        {
            throw ModelFailure.Wrong($"{request.Ports.Count} ports; give 1 to {ModelLimits.MostPorts}");
        }

        if (request.Ports.FirstOrDefault(port => port is < 1 or > 65535, 1) is not 1 and var wrong)
        {
            throw ModelFailure.Wrong($"port {wrong} is out of range; give 1 to 65535");
        }

        Environment(model);
        return new ExposeServiceCommand(service, [.. request.Ports]);
    }

    /// <summary>Ports to close.</summary>
    /// <exception cref="Grpc.Core.RpcException">What is wrong with the request.</exception>
    public static ModelCommand ToCommand(Wire.UnexposeRequest request, ModelState model)
    {
        Environment(model);
        return new UnexposeServiceCommand(Service(request.Service));
    }

    /// <summary>Constraints of a service or of the environment.</summary>
    /// <exception cref="Grpc.Core.RpcException">What is wrong with the request.</exception>
    public static ModelCommand ToCommand(Wire.SetConstraintsRequest request, ModelState model)
    {
        ServiceName? service = request.Service.Length == 0 ? null : Service(request.Service);
        ConstraintRequest own = Constraints(request.Constraints);
        EnvironmentSettings environment = Environment(model);
        return new SetConstraintsCommand(
            service, service is null ? own.Asked : ConstraintMerge.Merge(environment.Constraints, own));
    }

    /// <summary>A launch to try again.</summary>
    /// <exception cref="Grpc.Core.RpcException">What is wrong with the request.</exception>
    public static ModelCommand ToCommand(Wire.RetryProvisioningRequest request, ModelState model)
    {
        Environment(model);
        return new RetryProvisioningCommand(Machine(request.Machine));
    }

    /// <summary>A cordon, set or taken away; digits alone are a machine, anything else a zone.</summary>
    /// <exception cref="Grpc.Core.RpcException">What is wrong with the request.</exception>
    public static ModelCommand ToCordon(string subject, bool cordoned, ModelState model)
    {
        Environment(model);
        return subject.Length > 0 && subject.All(char.IsAsciiDigit)
            ? new CordonMachineCommand(Machine(subject), cordoned)
            : new CordonZoneCommand(Zone(subject), cordoned);
    }

    /// <summary>Machines that an operator knows to be lost.</summary>
    /// <exception cref="Grpc.Core.RpcException">What is wrong with the request.</exception>
    public static ModelCommand ToCommand(Wire.ConfirmLossRequest request, ModelState model)
    {
        Environment(model);
        return new ConfirmMachinesLostCommand(Listed("machines", request.Machines, Machine));
    }

    /// <summary>A restore that an operator confirms.</summary>
    /// <exception cref="Grpc.Core.RpcException">There is no environment.</exception>
    public static ModelCommand ToRestoreConfirmation(ModelState model)
    {
        Environment(model);
        return new ConfirmRestoreCommand();
    }

    /// <summary>A service's name.</summary>
    /// <exception cref="Grpc.Core.RpcException">It is none.</exception>
    public static ServiceName Service(string text) =>
        ServiceName.TryParse(text, out ServiceName name) is { } wrong ? throw ModelFailure.Wrong(wrong) : name;

    /// <summary>A unit's name.</summary>
    /// <exception cref="Grpc.Core.RpcException">It is none.</exception>
    public static UnitName Unit(string text) =>
        UnitName.TryParse(text, out UnitName name) is { } wrong ? throw ModelFailure.Wrong(wrong) : name;

    /// <summary>A machine's number.</summary>
    /// <exception cref="Grpc.Core.RpcException">It is none.</exception>
    public static MachineId Machine(string text) =>
        MachineId.TryParse(text, out MachineId machine) is { } wrong ? throw ModelFailure.Wrong(wrong) : machine;

    private static Zone Zone(string text) =>
        Domain.Identity.Zone.TryParse(text, out Zone zone) is { } wrong ? throw ModelFailure.Wrong(wrong) : zone;

    private static ConstraintRequest Constraints(string text) =>
        ConstraintText.TryParse(text, out ConstraintRequest request) is { } wrong ? throw ModelFailure.Wrong(wrong) : request;

    private static PlacementDirective Placement(string text)
    {
        if (text.Length == 0)
        {
            return PlacementDirective.None;
        }

        return PlacementDirective.TryParse(text, out PlacementDirective directive) is { } wrong
            ? throw ModelFailure.Wrong(wrong)
            : directive;
    }

    private static string Series(string given, EnvironmentSettings environment) =>
        given.Length == 0 ? environment.DefaultSeries : given;

    private static EnvironmentSettings Environment(ModelState model) => model.Environment ?? throw ModelFailure.NoEnvironment();

    private static void RefuseInSets(EnvironmentSettings environment, PlacementDirective directive)
    {
        if (environment.AvailabilitySetsEnabled && !directive.IsNone)
        {
            throw ModelFailure.Forbidden(PlacementInSets);
        }
    }

    private static void Range(string what, int count, int lowest)
    {
        if (count < lowest || count > ModelLimits.MostPerCommand)
        {
            throw ModelFailure.Wrong($"{count} {what}; give {lowest} to {ModelLimits.MostPerCommand}");
        }
    }

    private static ImmutableArray<T> Listed<T>(string what, RepeatedField<string> texts, Func<string, T> parse)
    {
        Range(what, texts.Count, 1);
        ImmutableArray<T> read = [.. texts.Select(parse)];
        return read.Distinct().Count() == read.Length
            ? read
            : throw ModelFailure.Wrong(
                $"{texts.GroupBy(t => t, StringComparer.Ordinal).First(g => g.Count() > 1).Key} is named twice; name each of the {what} once");
    }
}
