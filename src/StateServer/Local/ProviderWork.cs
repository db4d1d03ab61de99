using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Local;

/// <summary>The local provider's work for a verb: what it refuses or can't do is told as any other failure of the local cluster.</summary>
internal static class ProviderWork
{
    /// <summary>Does it.</summary>
    /// <exception cref="LocalFailureException">The provider's words.</exception>
    public static async Task<T> ToldAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (ProviderException failure)
        {
            throw new LocalFailureException(wrongUse: false, failure.Message);
        }
    }
}
