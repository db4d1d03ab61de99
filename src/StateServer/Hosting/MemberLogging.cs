using Microsoft.Extensions.Logging.Console;

namespace StateServer.Hosting;

/// <summary>What a member logs, and how: one line an event, on standard error, in the journal's form under systemd.</summary>
internal static class MemberLogging
{
    /// <summary>Lines that wait to be written; past it, lines are dropped: a stalled terminal must not stall the member.</summary>
    private const int QueueLines = 2_500;

    /// <summary>Adds it.</summary>
    public static void Add(ILoggingBuilder logging, LogLevel level)
    {
        logging.SetMinimumLevel(level);

        // At information these tell of each request, and the first makes an Activity a request even at critical.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        // It would repeat itself each second for as long as the member is unhealthy.
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);

        // That the host did not start is said in one line, by the verb.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        if (level > LogLevel.Debug)
        {
            logging.AddFilter("Microsoft", LogLevel.Warning);
            logging.AddFilter("Grpc", LogLevel.Warning);
            logging.AddFilter("System.Net.Http", LogLevel.Warning);
            logging.AddFilter("OpenTelemetry", LogLevel.Warning);
        }

        logging.AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.MaxQueueLength = QueueLines;
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
            console.FormatterName = MemberLogFormatter.FormatterName;
        });
        logging.AddConsoleFormatter<MemberLogFormatter, ConsoleFormatterOptions>();
    }
}
