using System.CommandLine;
using StateServer.Domain.Identity;
using StateServer.Environments;

namespace StateServer.Cli.Verbs;

/// <summary><c>switch</c>: chooses the environment that later commands are about.</summary>
internal static class SwitchVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var name = new Argument<string?>("environment")
        {
            Description = "The environment's name; without it, the current one is printed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var verb = new Verb(
            "switch",
            "Choose the environment that later commands are about. Prints the old one and the new one.",
            "switch local",
            "switch") { name };
        Option<string?> file = EnvironmentOptions.File();
        verb.Options.Add(file);
        verb.SetAction(parsed => Run(
            parsed.GetValue(name),
            parsed.GetValue(file),
            System.Environment.GetEnvironmentVariable,
            parsed.InvocationConfiguration.Output));
        return verb;
    }

    /// <summary>Switches, or prints the current environment where no name is given.</summary>
    /// <exception cref="VerbFailedException">There is no such environment, or a variable would win over what is chosen.</exception>
    internal static int Run(string? name, string? file, Func<string, string?> variable, TextWriter output)
    {
        EnvironmentsFile environments = EnvironmentOptions.Read(file, variable);
        ConfigurationFolder folder = ConfigurationFolder.Of(variable);
        CurrentEnvironment current = CurrentEnvironment.Of(null, variable, folder, environments);
        if (name is null)
        {
            if (current.TryFind(environments, out _) is { } lost)
            {
                throw new VerbFailedException(ExitCode.Failed, lost);
            }

            output.WriteLine(current.Name);
            return ExitCode.Done;
        }

        if (!environments.Environments.ContainsKey(name))
        {
            throw new VerbFailedException(
                ExitCode.WrongUse,
                $"there is no environment {Quoted.Text(name)} in {environments.Source}; there are {environments.Names}");
        }

        if (variable(CurrentEnvironment.Variable) is { Length: > 0 } overriding)
        {
            throw new VerbFailedException(
                ExitCode.Failed,
                $"cannot switch while {CurrentEnvironment.Variable} is set (to {Quoted.Text(overriding)}); unset it, since it wins over what is chosen");
        }

        ConfigurationFolder.Write(folder.CurrentEnvironmentFile, name + "\n");
        output.WriteLine(current.Name is null ? $"-> {name}" : current.Name == name ? $"{name} (no change)" : $"{current.Name} -> {name}");
        return ExitCode.Done;
    }
}
