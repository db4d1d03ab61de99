using System.Text;

namespace StateServer.Health;

/// <summary>
/// <c>/livez</c> and <c>/readyz</c>, with <c>/readyz/local</c> and <c>/readyz/linearizable</c> apart, and each check by its name
/// below them: 200 or 503, and with <c>?verbose</c>, or where something fails, a line a check.
/// </summary>
internal static class HealthEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/livez/{check?}", (HttpContext context, MemberHealth health, string? check) =>
            AnswerAsync(context, "livez", health.Live(), check));
        endpoints.MapGet("/readyz/{check?}", ReadyAsync);
    }

    private static async Task ReadyAsync(HttpContext context, MemberHealth health, string? check)
    {
        // A local question must not wait for a quorum.
        IReadOnlyList<HealthCheckOutcome> local = health.Local();
        bool onlyLocal = check == "local" || local.Any(c => c.Name == check);
        IReadOnlyList<HealthCheckOutcome> linearizable =
            onlyLocal ? [] : await health.LinearizableAsync(context.RequestAborted);
        await (check switch
        {
            "local" => AnswerAsync(context, "readyz/local", local, null),
            "linearizable" => AnswerAsync(context, "readyz/linearizable", linearizable, null),
            _ => AnswerAsync(context, "readyz", [.. local, .. linearizable], check),
        });
    }

    private static async Task AnswerAsync(
        HttpContext context, string path, IReadOnlyList<HealthCheckOutcome> all, string? check)
    {
        HealthCheckOutcome[] asked = [.. all.Where(c => check is null || c.Name == check)];
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        if (asked.Length == 0)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await context.Response.WriteAsync($"{path}: no check is called so; there are {string.Join(", ", all.Select(c => c.Name))}\n");
            return;
        }

        bool passed = asked.All(c => c.Reason is null);
        context.Response.StatusCode = passed ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await context.Response.WriteAsync(Text(path, asked, passed, context.Request.Query.ContainsKey("verbose")));
    }

    private static string Text(string path, HealthCheckOutcome[] asked, bool passed, bool verbose)
    {
        if (passed && !verbose)
        {
            return "ok\n";
        }

        var text = new StringBuilder();
        foreach (HealthCheckOutcome check in asked)
        {
            text.Append(check.Reason is null ? $"[+]{check.Name} ok\n" : $"[-]{check.Name} failed: {check.Reason}\n");
        }

        return text.Append(passed ? $"{path} check passed\n" : $"{path} check failed\n").ToString();
    }
}
