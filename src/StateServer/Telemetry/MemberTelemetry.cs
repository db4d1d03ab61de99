using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using StateServer.Hosting;
using StateServer.Options;

namespace StateServer.Telemetry;

/// <summary>
/// OpenTelemetry: our meters, Kestrel's connections and the runtime's, scraped from <c>/metrics</c>, and sent by OTLP with
/// traces where an endpoint is configured. Requests aren't instrumented one by one unless traces are wanted: a put is a few
/// dozen microseconds of CPU, and a span a good part of that.
/// </summary>
internal static class MemberTelemetry
{
    private const string OurSources = "StateServer.*";

    /// <summary>Adds it.</summary>
    public static void AddTo(IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton<MemberGauges>();
        services.AddHostedService(provider => provider.GetRequiredService<MemberGauges>());
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService(
            "stateserver", serviceVersion: ExecutableVersion.Text, serviceInstanceId: options.Name));
        telemetry.WithMetrics(metrics =>
        {
            metrics
                .AddMeter(OurSources, "Microsoft.AspNetCore.Server.Kestrel")
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter();
            if (options.OtlpEndpoint is { } endpoint)
            {
                metrics.AddOtlpExporter(otlp => otlp.Endpoint = endpoint);
            }
        });
        if (options.OtlpEndpoint is { } traces)
        {
            telemetry.WithTracing(tracing => tracing
                .AddSource(OurSources)
                .AddAspNetCoreInstrumentation()
                .AddOtlpExporter(otlp => otlp.Endpoint = traces));
        }
    }
}
