using System.Diagnostics;

namespace StateServer.Chaos.Clusters;

/// <summary>Programs of the system that do one thing and end.</summary>
internal static class ExternalTool
{
    public static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Runs one to its end.</summary>
    /// <returns>Its standard output.</returns>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; says its own words.</exception>
    public static string Run(string program, params string[] arguments)
    {
        (int exitCode, string output, string error) = Finish(program, arguments);
        return exitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {error.Trim()} (exit code {exitCode})");
    }

    /// <summary>Runs one whose failure is no news.</summary>
    public static bool Try(string program, params string[] arguments) => Finish(program, arguments).ExitCode == 0;

    private static (int ExitCode, string Output, string Error) Finish(string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
