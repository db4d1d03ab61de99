using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace StateServer.Hosting;

/// <summary>
/// One line an event, exceptions included: time, level, category with the event's number, message. Under systemd the journal's
/// priority stands in front, and the time is the journal's. That a peer or client went away in the middle of a call is no
/// event: the framework would report each with a stack.
/// </summary>
internal sealed class MemberLogFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    /// <summary>What the console logger calls it.</summary>
    public const string FormatterName = "member";

    private readonly bool _journal = SystemdHelpers.IsSystemdService();

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (logEntry.Category.StartsWith("Grpc.", StringComparison.Ordinal) && IsAbandonedCall(logEntry.Exception))
        {
            return;
        }

        (string name, int priority) = Level(logEntry.LogLevel);
        textWriter.Write(_journal
            ? $"<{priority}>"
            : $"{time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture)} {name}: ");
        textWriter.Write($"{logEntry.Category}[{logEntry.EventId.Id}] {OneLine(logEntry.Formatter(logEntry.State, logEntry.Exception))}");
        if (logEntry.Exception is { } exception)
        {
            textWriter.Write($" | {OneLine(exception.ToString())}");
        }

        textWriter.WriteLine();
    }

    /// <summary>The caller went away, or the call was cancelled as the member stops.</summary>
    internal static bool IsAbandonedCall(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            // The last is how the gRPC server refuses to write to a caller that is gone.
            if (exception is OperationCanceledException or IOException or InvalidOperationException { Source: "Grpc.AspNetCore.Server" })
            {
                return true;
            }
        }

        return false;
    }

    private static string OneLine(string? text) => text?.ReplaceLineEndings(" | ") ?? "";

    /// <summary>The level's short name, and its syslog priority (sd-daemon(3)).</summary>
    private static (string Name, int Priority) Level(LogLevel level) => level switch
    {
        LogLevel.Critical => ("crit", 2),
        LogLevel.Error => ("fail", 3),
        LogLevel.Warning => ("warn", 4),
        LogLevel.Information => ("info", 6),
        _ => ("dbug", 7),
    };
}
