using System.Diagnostics.CodeAnalysis;
using StateServer.Consensus.Log.Native;

namespace StateServer.Consensus.Tests.Log;

/// <summary>
/// A disk in memory that forgets like a real one: a crash keeps of each unsynced write any subset of its 512-byte sectors, and of
/// the unsynced changes of names any first part. It also runs full, and fails on demand.
/// </summary>
internal sealed class SimulatedDisk : IDisk
{
    private readonly Dictionary<string, SimulatedFile> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly List<NameChange> _pending = [];

    /// <summary>Bytes of all files together that fit.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>Counts each write, sync and change of a name; when it has fallen to 0, that one doesn't happen: the power is off.</summary>
    public int StepsToCrash { get; set; } = int.MaxValue;

    /// <summary>What the next write answers, once, to a file whose name contains this, at this offset or behind it.</summary>
    public (string Name, long Offset, Exception Error, int BytesBefore)? FailWrite { get; set; }

    /// <summary>The disk turns out to be full, once, when a draft whose name contains this is synced.</summary>
    public string? FullAtSync { get; set; }

    /// <summary>Runs once, right before the next read of a file.</summary>
    public Action? BeforeRead { get; set; }

    /// <summary>Runs right before each sync of a file: a disk that hangs.</summary>
    public Action? BeforeSync { get; set; }

    public int Syncs { get; private set; }

    public List<string> Ends { get; } = [];

    public long Used => _names.Values.Sum(file => (long)file.Content.Length);

    public IDiskFile Open(string path) => _names.TryGetValue(path, out SimulatedFile? file)
        ? new SimulatedHandle(this, file, path)
        : throw new FileNotFoundException(path);

    public IDiskFile Create(string path)
    {
        Step();
        var file = new SimulatedFile();
        Change(path, file);
        return new SimulatedHandle(this, file, path);
    }

    public bool Exists(string path) => _names.ContainsKey(path);

    public IReadOnlyList<string> Files(string folder) =>
        [.. _names.Keys.Where(path => Path.GetDirectoryName(path) == folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public void CreateFolder(string path) => _folders.Add(path);

    public void Rename(string from, string to)
    {
        Step();
        SimulatedFile file = _names[from];
        _pending.Add(new NameChange([(from, _names[from], null), (to, _names.GetValueOrDefault(to), file)]));
        _names.Remove(from);
        _names[to] = file;
    }

    public void Delete(string path)
    {
        if (_names.ContainsKey(path))
        {
            Step();
            Change(path, null);
        }
    }

    public void SyncFolder(string path)
    {
        Step();
        Syncs++;
        _pending.RemoveAll(change => change.Names.All(name => Path.GetDirectoryName(name.Path) == path));
    }

    [DoesNotReturn]
    public void End(string path, string action, Exception cause)
    {
        Ends.Add($"{action} {path}");
        throw new PowerLossException($"{action} of {path}: {cause.Message}");
    }

    /// <summary>The power goes off and comes back.</summary>
    /// <param name="keepsSector">Says of each unsynced sector whether it reached the disk.</param>
    /// <param name="keptNames">Says how many of so many unsynced changes of names reached the disk.</param>
    public void Crash(Func<bool> keepsSector, Func<int, int> keptNames)
    {
        int kept = keptNames(_pending.Count);
        for (int place = _pending.Count - 1; place >= kept; place--)
        {
            foreach ((string path, SimulatedFile? before, _) in _pending[place].Names)
            {
                Put(path, before);
            }
        }

        _pending.Clear();
        foreach (SimulatedFile file in _names.Values.Distinct())
        {
            file.Crash(keepsSector);
        }

        StepsToCrash = int.MaxValue;
    }

    /// <summary>The bytes of a file, to look at or to damage.</summary>
    public byte[] ContentOf(string path) => _names[path].Content;

    /// <summary>Replaces a file's bytes, durably.</summary>
    public void Replace(string path, byte[] content) => _names[path] = new SimulatedFile { Content = content, Durable = [.. content] };

    /// <summary>A disk that holds the same, all of it durable.</summary>
    public SimulatedDisk Copy()
    {
        var copy = new SimulatedDisk();
        foreach ((string path, SimulatedFile file) in _names)
        {
            copy.Replace(path, [.. file.Content]);
        }

        return copy;
    }

    internal void Step()
    {
        if (StepsToCrash-- <= 0)
        {
            StepsToCrash = 0;
            throw new PowerLossException("the power is off");
        }
    }

    internal void Sync(SimulatedFile file)
    {
        BeforeSync?.Invoke();
        Step();
        Syncs++;
        file.Durable = [.. file.Content];
        file.Unsynced.Clear();
    }

    internal void SyncDraft(SimulatedFile file, string path)
    {
        if (FullAtSync is { } name && path.Contains(name, StringComparison.Ordinal))
        {
            FullAtSync = null;
            throw new DiskFullException("No space left on device (simulated)");
        }

        Sync(file);
    }

    internal void Write(SimulatedFile file, string path, ReadOnlySpan<byte> bytes, long offset)
    {
        if (FailWrite is { } failure && path.Contains(failure.Name, StringComparison.Ordinal) && offset >= failure.Offset)
        {
            FailWrite = null;
            file.Write(bytes[..Math.Min(bytes.Length, failure.BytesBefore)], offset);
            throw failure.Error;
        }

        if (StepsToCrash == 0)
        {
            throw new PowerLossException("the power is off");
        }

        // The write on which the power goes off may have reached the disk in part.
        bool last = --StepsToCrash == 0;
        Grow(file, offset + bytes.Length);
        file.Write(bytes, offset);
        if (last)
        {
            throw new PowerLossException("the power went off during a write");
        }
    }

    internal void Reading()
    {
        Action? before = BeforeRead;
        BeforeRead = null;
        before?.Invoke();
    }

    internal void Grow(SimulatedFile file, long length)
    {
        long more = length - file.Content.Length;
        if (more <= 0)
        {
            return;
        }

        if (Used + more > Capacity)
        {
            throw new DiskFullException("No space left on device (simulated)");
        }

        file.SetLength((int)length);
    }

    private void Change(string path, SimulatedFile? file)
    {
        _pending.Add(new NameChange([(path, _names.GetValueOrDefault(path), file)]));
        Put(path, file);
    }

    private void Put(string path, SimulatedFile? file)
    {
        if (file is null)
        {
            _names.Remove(path);
        }
        else
        {
            _names[path] = file;
        }
    }

    private sealed record NameChange((string Path, SimulatedFile? Before, SimulatedFile? After)[] Names);
}
