using System.Net.Sockets;
using StateServer.Local.Native;

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

        if (options.DataFolder is { } folder && FolderError(folder) is { } unwritable)
        {
            yield return $"{ServerSettings.DataDir.Flag}: {unwritable}";
        }
    }

    /// <summary>Null, or why a port can't be opened.</summary>
    public static string? PortError(ListenAddress address)
    {
        try
        {
            using var socket = new Socket(address.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new System.Net.IPEndPoint(address.Address, address.Port));
            socket.Listen(1);
            return null;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"{address} is taken by another process; stop it, or give another port",
                SocketError.AddressNotAvailable => $"{address} is no address of this machine; give one that is",
                SocketError.AccessDenied => $"{address} may not be opened by this user; give a port above 1023",
                _ => $"{address} can't be opened: {exception.Message}",
            };
        }
    }

    /// <summary>Null, or why a folder, or the nearest that exists above it, can't be written.</summary>
    public static string? FolderError(string folder)
    {
        string? existing = folder;
        while (existing is not null && !Directory.Exists(existing))
        {
            if (File.Exists(existing))
            {
                return $"{existing} is a file; give a folder";
            }

            existing = Path.GetDirectoryName(existing);
        }

        return existing is not null && LibC.MayWrite(existing)
            ? null
            : $"{folder} can't be written by this user; give another folder, or its owner's rights";
    }
}
