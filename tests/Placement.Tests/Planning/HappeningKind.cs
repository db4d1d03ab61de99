namespace StateServer.Placement.Tests.Planning;

public enum HappeningKind
{
    AddUnits,
    RemoveUnits,
    LoseMachine,
    RoomRunsOut,
    RoomComesBack,
    TimePasses,
    MachineIsAdded,
    MachineIsToGo,
}
