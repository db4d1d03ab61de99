using StateServer.Providers.Local;

namespace StateServer.Local;

/// <summary>A state server that is a machine of the local provider.</summary>
/// <param name="Name">Its member's name, as its settings say.</param>
/// <param name="Machine">Its machine.</param>
/// <param name="Runs">True while its process lives.</param>
internal sealed record LocalServer(string Name, LocalMachine Machine, bool Runs);
