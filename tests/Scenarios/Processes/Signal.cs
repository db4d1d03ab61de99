namespace StateServer.Scenarios.Processes;

/// <summary>The signals these tests send, by their Linux numbers.</summary>
internal enum Signal
{
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}
