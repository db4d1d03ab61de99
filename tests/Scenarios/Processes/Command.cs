using System.Diagnostics;

namespace StateServer.Scenarios.Processes;

/// <summary>Runs one command to its end.</summary>
internal static class Command
{
    /// <summary>Runs it; after <paramref name="limit"/> it is killed and the test fails.</summary>
    public static async Task<CommandResult> RunAsync(
        string file,
        IEnumerable<string> arguments,
        string? input = null,
        IReadOnlyDictionary<string, string>? environment = null,
        TimeSpan? limit = null,
        string? folder = null)
    {
        var start = StartInfo(file, arguments, environment, folder);
        string line = $"$ {Path.GetFileName(file)} {string.Join(' ', start.ArgumentList)}";
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input ?? "");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(limit ?? TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return new CommandResult(line, process.ExitCode, await output.WaitAsync(deadline.Token), await error.WaitAsync(deadline.Token));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: false);
            string ended = process.HasExited ? "ended, but something still holds its output" : "did not end";
            throw new TimeoutException($"{line}\n{ended} within {(limit ?? TimeSpan.FromSeconds(60)).TotalSeconds} s");
        }
    }

    /// <summary>How every process of these tests is started: no terminal, its own environment additions, all pipes.</summary>
    public static ProcessStartInfo StartInfo(
        string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, string? folder = null)
    {
        var start = new ProcessStartInfo(file)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
