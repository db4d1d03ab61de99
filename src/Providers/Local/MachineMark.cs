namespace StateServer.Providers.Local;

/// <summary>The mark that all processes of a machine carry, units among them: the machine's folder.</summary>
public static class MachineMark
{
    /// <summary>The variable's name. Whoever composes an environment for a process of the machine hands it on.</summary>
    public const string Variable = "STATESERVER_LOCAL_MACHINE";

    /// <summary>The mark of the machine in a folder.</summary>
    public static ProcessMark Of(string folder) => new(Variable, folder);
}
