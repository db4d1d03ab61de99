namespace StateServer.Layering.Tests;

/// <summary>
/// Domain and Placement/Planning are functions: no clock, randomness, I/O, threads, tasks or logs. Words are matched whole:
/// <c>DateTime</c> is refused altogether, <c>DateTimeOffset</c> is data and allowed, and <c>Now</c> and <c>UtcNow</c> are
/// refused on whatever they are asked of. The model has an environment too, so it is the process's members that are refused.
/// </summary>
internal static class PurityRules
{
    private static readonly HashSet<string> Refused =
    [
        "DateTime", "Now", "UtcNow", "TimeProvider", "Stopwatch", "TickCount", "TickCount64",
        "Random", "RandomNumberGenerator", "NewGuid",
        "Task", "ValueTask", "async", "await", "Thread", "ThreadPool", "Timer", "CancellationToken", "SemaphoreSlim", "lock",
        "File", "FileStream", "Directory", "Stream", "Socket", "HttpClient", "Console", "Process",
        "GetEnvironmentVariable", "GetEnvironmentVariables", "ExpandEnvironmentVariables", "GetCommandLineArgs", "CommandLine",
        "MachineName", "ProcessId", "ProcessorCount", "Exit", "FailFast",
        "ILogger", "ILoggerFactory", "LoggerMessage", "Meter", "ActivitySource",
    ];

    public static IEnumerable<string> Errors(string path, string source) =>
        CodeText.Words(source).Where(Refused.Contains).Distinct().Select(word => $"{path}: '{word}' has no place in a pure function");
}
