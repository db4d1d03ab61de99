using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace StateServer.Chaos.Networks;

/// <summary>
/// A network interface whose other end is this program (tun(4)): what the kernel sends out of it is read here, what is written
/// here arrives there. It goes away with its descriptor, so with this process. One reader; writers may be many.
/// </summary>
internal sealed partial class TunDevice : IDisposable
{
    private const int ReadWriteNonBlocking = 2 | 0x800;
    private const ulong SetInterface = 0x400454ca;
    private const short TunWithoutHeader = 0x0001 | 0x1000;
    private const short Readable = 1;

    private readonly int _descriptor;

    public TunDevice(string name)
    {
        Name = name;
        _descriptor = Open("/dev/net/tun", ReadWriteNonBlocking);
        if (_descriptor < 0)
        {
            throw new InvalidOperationException($"/dev/net/tun: {new Win32Exception().Message}");
        }

        // struct ifreq: the name in 16 bytes, the flags, padding up to 40.
        Span<byte> request = stackalloc byte[40];
        request.Clear();
        Encoding.ASCII.GetBytes(name, request);
        MemoryMarshal.Write(request[16..], TunWithoutHeader);
        if (Control(_descriptor, SetInterface, ref MemoryMarshal.GetReference(request)) < 0)
        {
            string why = new Win32Exception().Message;
            _ = Close(_descriptor);
            throw new InvalidOperationException($"making the interface {name}: {why}");
        }
    }

    public string Name { get; }

    /// <summary>Reads one packet.</summary>
    /// <returns>Its length; 0 where none came within the time.</returns>
    public int Read(Span<byte> buffer, int milliseconds)
    {
        int length = (int)Read(_descriptor, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
        if (length > 0)
        {
            return length;
        }

        var wait = new PollRequest { Descriptor = _descriptor, Events = Readable };
        return Poll(ref wait, 1, milliseconds) > 0
            ? Math.Max(0, (int)Read(_descriptor, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length))
            : 0;
    }

    /// <summary>Sends a packet; it is lost where the interface is down or full.</summary>
    public void Write(ReadOnlySpan<byte> packet) =>
        _ = Write(_descriptor, ref MemoryMarshal.GetReference(packet), (nuint)packet.Length);

    public void Dispose() => _ = Close(_descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, ulong request, ref byte argument);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int descriptor, ref byte buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, ref byte buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollRequest requests, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }
}
