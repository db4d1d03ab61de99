using System.Reflection;

namespace StateServer.Hosting;

/// <summary>The executable's version, as the build stamped it.</summary>
internal static class ExecutableVersion
{
    /// <summary>
    /// Such as <c>0.1.0</c>; without the source revision that may follow a plus sign. A test build with a planted bug says
    /// <c>0.0.0-PLANTED-BUG-</c> and the bug's name.
    /// </summary>
    public static string Text { get; } = (typeof(ExecutableVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+')[0];
}
