using StateServer.Protos.Operator;

namespace StateServer.Client;

/// <summary>The calls about the environment as a whole.</summary>
public sealed partial class StateServerClient
{
    /// <summary>Fixes the environment's settings. Asked again it answers as before, so it is repeated like a read.</summary>
    public Task<BootstrapResponse> BootstrapAsync(BootstrapRequest request, CancellationToken cancellationToken = default) => ReadAsync(
        (invoker, call) => new Environments.EnvironmentsClient(invoker).BootstrapAsync(request, call), cancellationToken);
}
