using System.Diagnostics;

namespace StateServer.Providers.Local;

/// <summary>Starts a machine's process, as <see cref="DetachedProcess.Start"/> does.</summary>
internal delegate Process StartProcess(
    IEnumerable<string> arguments, string workFolder, string logFile, Action<IDictionary<string, string?>>? adjust);
