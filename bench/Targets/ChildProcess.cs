using System.Diagnostics;
using StateServer.Bench.Load;

namespace StateServer.Bench.Targets;

/// <summary>Runs a short-lived command to its end.</summary>
internal static class ChildProcess
{
    /// <summary>What a command left behind.</summary>
    internal sealed record Result(int ExitCode, string Output, string Error);

    /// <summary>Runs <paramref name="program"/> and waits for its end; past the limit it is killed.</summary>
    /// <exception cref="TargetFailedException">It couldn't be started or didn't end within <paramref name="limit"/>.</exception>
    public static async Task<Result> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, TimeSpan limit,
        CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        // What this program set for itself is none of the servers' business.
        start.Environment.Remove(ClientTuning.InlineCompletions);
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        using Process process = Process.Start(start) ?? throw new TargetFailedException($"{program} didn't start");
        process.StandardInput.Close();
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return new Result(process.ExitCode, await LinesOf(output), await LinesOf(error));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill();
            throw new TargetFailedException($"{program} {string.Join(' ', start.ArgumentList)} didn't end within {limit}");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    /// <summary>A daemon that the command left behind may hold the pipe open: what came until a moment after the end is all.</summary>
    private static async Task<string> LinesOf(Task<string> reading)
    {
        await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(1)));
        return reading.IsCompletedSuccessfully ? reading.Result.Trim() : "";
    }
}
