using System.Text.Json;
using StateServer.Hosting;

namespace StateServer.StateServer.Tests.Hosting;

/// <summary>Settings that a build could lose without anything else failing (ADR 0062).</summary>
public sealed class TunedRuntimeTests
{
    [Theory]
    [InlineData("System.Threading.ThreadPool.UnfairSemaphoreSpinLimit", "0")]
    [InlineData("System.GC.Server", "False")]
    [InlineData("System.GC.Concurrent", "True")]
    [InlineData("System.GC.ConserveMemory", "5")]
    [InlineData("System.Runtime.TieredPGO", "False")]
    [InlineData("System.Net.Http.EnableActivityPropagation", "False")]
    [InlineData("System.Net.SocketsHttpHandler.Http2FlowControl.DisableDynamicWindowSizing", "True")]
    public void The_executable_carries_it(string setting, string value)
    {
        string file = Path.Combine(AppContext.BaseDirectory, "stateserver.runtimeconfig.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
        JsonElement properties = document.RootElement.GetProperty("runtimeOptions").GetProperty("configProperties");
        Assert.Equal(value, properties.GetProperty(setting).ToString());
    }

    [Fact]
    public void What_the_user_set_stays()
    {
        string? before = Environment.GetEnvironmentVariable(TunedRuntime.InlineCompletions);
        try
        {
            Environment.SetEnvironmentVariable(TunedRuntime.InlineCompletions, "0");
            TunedRuntime.Apply();
            Assert.Equal("0", Environment.GetEnvironmentVariable(TunedRuntime.InlineCompletions));
        }
        finally
        {
            Environment.SetEnvironmentVariable(TunedRuntime.InlineCompletions, before);
        }
    }
}
