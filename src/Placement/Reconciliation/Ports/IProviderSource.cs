using StateServer.Domain.Model;

namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>Finds the provider that an environment stands on. Thread-safe.</summary>
public interface IProviderSource
{
    /// <summary>The provider; the same one for each call with the same settings.</summary>
    /// <exception cref="ProviderException">This build, or this member's settings, has none for it; the message says why.</exception>
    IInstanceProvider Find(EnvironmentSettings environment);
}
