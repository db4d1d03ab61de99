using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>
/// Takes in a machine that stands already: the one that a state server was started on before there was a model. Adopted once for
/// each member; again, it changes nothing and answers with the number it has.
/// </summary>
/// <param name="StateServer">The member that runs on it.</param>
/// <param name="Series">The operating system's series it was launched with.</param>
/// <param name="Zone">Where it stands.</param>
/// <param name="Instance">The provider's name of it.</param>
/// <param name="Address">Where it can be reached.</param>
public sealed record AdoptMachineCommand(NodeId StateServer, string Series, Zone Zone, InstanceId Instance, string Address)
    : ModelCommand;
