using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Providers.Local;

/// <summary>Turns what the file system refuses into the provider's failures.</summary>
internal static class DiskFaults
{
    /// <summary>Runs some work on a root.</summary>
    /// <exception cref="UnauthorizedException">This user may not write there.</exception>
    /// <exception cref="TransientException">Anything else that the file system says, a full disk for example.</exception>
    public static async Task<T> TypedAsync<T>(ProviderRoot root, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new UnauthorizedException($"{root.Path} can't be written by this user: {exception.Message}", exception);
        }
        catch (IOException exception)
        {
            throw new TransientException($"{root.Path}: {exception.Message}", exception);
        }
    }
}
