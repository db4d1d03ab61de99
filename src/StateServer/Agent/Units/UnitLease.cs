using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace StateServer.Agent.Units;

/// <summary>
/// Until when a singleton may run, nanoseconds of the boot-time clock, in a file of 16 bytes: the number and its complement, so that half of
/// a write is told from a whole one. The shim reads it through a mapping, which no stuck disk holds up. For one reader.
/// </summary>
internal sealed class UnitLease : IDisposable
{
    private const int Bytes = 16;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private long _end;

    private UnitLease(MemoryMappedFile file) => (_file, _view) = (file, file.CreateViewAccessor(0, Bytes, MemoryMappedFileAccess.Read));

    /// <summary>The end written last; where a write is under way, the one before.</summary>
    public long End
    {
        get
        {
            long end = _view.ReadInt64(0);
            if (_view.ReadInt64(sizeof(long)) == ~end)
            {
                _end = end;
            }

            return _end;
        }
    }

    /// <summary>Opens a lease to read it.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public static UnitLease Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return new UnitLease(MemoryMappedFile.CreateFromFile(
            stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false));
    }

    /// <summary>Writes a lease's end, in place.</summary>
    /// <exception cref="IOException">It can't be written: the unit will end with its lease.</exception>
    public static void Write(string path, long end)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, end);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[sizeof(long)..], ~end);
        using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(file, bytes, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
