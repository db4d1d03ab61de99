using System.CommandLine;
using StateServer.Environments;

namespace StateServer.Cli;

/// <summary>Flags of the verbs that are about an environment, and what they choose.</summary>
internal static class EnvironmentOptions
{
    /// <summary><c>-e</c>.</summary>
    public static Option<string?> Environment() => new("--environment", "-e")
    {
        Description = $"The environment. Default: {CurrentEnvironment.Variable}, what 'stateserver switch' chose, or 'default:' of the environments' file.",
        HelpName = "ENV",
    };

    /// <summary><c>--environments</c>.</summary>
    public static Option<string?> File() => new("--environments")
    {
        Description = $"The file of environments. Default: {EnvironmentsFile.Variable}, or $XDG_CONFIG_HOME/stateserver/environments.yaml, or ~/.config/stateserver/environments.yaml; without one there is the environment '{EnvironmentSpec.BuiltIn}'.",
        HelpName = "FILE",
    };

    /// <summary>Reads the environments.</summary>
    /// <param name="file"><c>--environments</c>, or null.</param>
    /// <param name="variable">The process's variables.</param>
    /// <exception cref="VerbFailedException">Anything is wrong with them: all of it.</exception>
    public static EnvironmentsFile Read(string? file, Func<string, string?> variable)
    {
        List<string> errors = [];
        return EnvironmentsFile.Find(file, variable, ConfigurationFolder.Of(variable), errors)
            ?? throw new VerbFailedException(ExitCode.WrongUse, errors);
    }

    /// <summary>The environment that a verb is about.</summary>
    /// <param name="environment"><c>-e</c>, or null.</param>
    /// <param name="file"><c>--environments</c>, or null.</param>
    /// <param name="variable">The process's variables.</param>
    /// <exception cref="VerbFailedException">There is none of this name, none is chosen, or this build can't use it.</exception>
    public static EnvironmentSpec Choose(string? environment, string? file, Func<string, string?> variable)
    {
        EnvironmentsFile environments = Read(file, variable);
        CurrentEnvironment current = CurrentEnvironment.Of(environment, variable, ConfigurationFolder.Of(variable), environments);
        if (current.TryFind(environments, out EnvironmentSpec? chosen) is { } wrong)
        {
            throw new VerbFailedException(ExitCode.WrongUse, wrong);
        }

        return chosen!.UseError is { } unusable ? throw new VerbFailedException(ExitCode.Failed, unusable) : chosen;
    }
}
