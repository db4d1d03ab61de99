using System.CommandLine;
using StateServer.Environments;

namespace StateServer.Cli.Verbs;

/// <summary><c>environments</c>: those that this user has.</summary>
internal static class EnvironmentsVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb(
            "environments",
            "List the environments with their type and region, which of them is current, and which are bootstrapped.",
            "environments",
            "environments --format json");
        Option<string?> environment = EnvironmentOptions.Environment();
        Option<string?> file = EnvironmentOptions.File();
        var format = new Option<string>("--format")
        {
            Description = $"The form to print: {string.Join(", ", EnvironmentsText.Forms)}.",
            HelpName = "FORM",
            DefaultValueFactory = _ => EnvironmentsText.Forms[0],
        };
        verb.Options.Add(environment);
        verb.Options.Add(file);
        verb.Options.Add(format);
        verb.SetAction(parsed => Print(
            parsed.GetValue(environment),
            parsed.GetValue(file),
            parsed.GetValue(format)!,
            System.Environment.GetEnvironmentVariable,
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return verb;
    }

    /// <summary>Prints them. A current environment that isn't among them is a complaint, and the list is printed all the same.</summary>
    /// <exception cref="VerbFailedException">The form or the file is wrong.</exception>
    internal static int Print(
        string? environment, string? file, string format, Func<string, string?> variable, TextWriter output, TextWriter error)
    {
        if (!EnvironmentsText.Forms.Contains(format))
        {
            throw new VerbFailedException(
                ExitCode.WrongUse, $"--format: there is no form '{format}'; give {string.Join(", ", EnvironmentsText.Forms)}");
        }

        EnvironmentsFile environments = EnvironmentOptions.Read(file, variable);
        ConfigurationFolder folder = ConfigurationFolder.Of(variable);
        CurrentEnvironment current = CurrentEnvironment.Of(environment, variable, folder, environments);
        output.WriteLine(EnvironmentsText.Write(
            EnvironmentsReport.Of(environments, current, new EnvironmentReachStore(folder)), format));
        if (current.Name is not null && current.TryFind(environments, out _) is { } wrong)
        {
            error.WriteLine($"stateserver: {wrong}");
            return ExitCode.Failed;
        }

        return ExitCode.Done;
    }
}
