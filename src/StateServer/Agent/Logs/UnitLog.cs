using System.Text;
using Microsoft.Win32.SafeHandles;

namespace StateServer.Agent.Logs;

/// <summary>
/// What a unit prints, on disk within a limit: the oldest quarter goes when the limit is reached. A disk that takes nothing loses output and
/// never holds the unit up for longer than the disk does. For one writer.
/// </summary>
internal sealed class UnitLog : IDisposable
{
    private readonly string _folder;
    private readonly long _segmentBytes;
    private SafeFileHandle? _file;
    private long _start;
    private long _length;
    private long _lost;

    /// <summary>Opens a log where it ended.</summary>
    /// <param name="folder">Its folder; made where it is missing.</param>
    /// <param name="limit">The most bytes on disk.</param>
    public UnitLog(string folder, long limit)
    {
        _folder = folder;
        _segmentBytes = Math.Max(limit / LogSegments.Most, 1);
        Directory.CreateDirectory(folder);
        if (LogSegments.Starts(folder) is [.., var last])
        {
            _start = last;
            _length = new FileInfo(LogSegments.PathOf(folder, last)).Length;
        }
    }

    /// <summary>Adds bytes. Never throws for what the disk does: what it can't take is counted, and said in the log when it takes some again.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (_lost > 0)
            {
                Write(Encoding.UTF8.GetBytes($"\n[{_lost} bytes are missing here: the disk took none]\n"));
                _lost = 0;
            }

            Write(bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _lost += bytes.Length;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_length >= _segmentBytes)
            {
                Rotate();
            }

            _file ??= File.OpenHandle(
                LogSegments.PathOf(_folder, _start), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            int count = (int)Math.Min(bytes.Length, _segmentBytes - _length);
            RandomAccess.Write(_file, bytes[..count], _length);
            _length += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Room is made first: the limit holds at every moment.</summary>
    private void Rotate()
    {
        foreach (long oldest in LogSegments.Starts(_folder).SkipLast(LogSegments.Most - 1))
        {
            File.Delete(LogSegments.PathOf(_folder, oldest));
        }

        _file?.Dispose();
        _file = null;
        _start += _length;
        _length = 0;
    }
}
