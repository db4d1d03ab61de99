using System.Diagnostics;

namespace StateServer.Scenarios.Membership;

/// <summary>A provider that answers nobody, until disposal.</summary>
/// <param name="holder">Holds its lock.</param>
internal sealed class ProviderOutage(Process holder) : IDisposable
{
    /// <summary>Waits until it is held.</summary>
    public async Task BeginAsync() =>
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync().WaitAsync(SelfHealingCluster.Patience));

    public void Dispose()
    {
        holder.Kill(entireProcessTree: true);
        holder.Dispose();
    }
}
