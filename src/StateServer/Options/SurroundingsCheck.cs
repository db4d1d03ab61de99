using System.Net;
using StateServer.Providers.Local;

namespace StateServer.Options;

/// <summary>Looks, without changing anything, whether this machine lets a member run: its ports are free and its folder can be written.</summary>
internal static class SurroundingsCheck
{
    /// <summary>All that stands in the way, one line each.</summary>
    public static IEnumerable<string> Errors(ServerOptions options)
    {
        (ServerSetting Setting, ListenAddress? Address)[] ports =
        [
            (ServerSettings.ListenClient, options.ListenClient),
            (ServerSettings.ListenPeer, options.ListenPeer),
            (ServerSettings.ListenHttp, options.ListenHttp),
        ];
        foreach ((ServerSetting setting, ListenAddress? address) in ports)
        {
            if (address is not null && PortError(address) is { } taken)
            {
                yield return $"{setting.Flag}: {taken}";
            }
        }

        if (options.DataFolder is { } folder && WritableFolder.Error(folder) is { } unwritable)
        {
            yield return $"{ServerSettings.DataDir.Flag}: {unwritable}";
        }
    }

    /// <summary>Null, or why a port can't be opened.</summary>
    private static string? PortError(ListenAddress address) => PortProbe.Error(new IPEndPoint(address.Address, address.Port));
}
