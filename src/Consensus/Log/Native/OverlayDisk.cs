using System.Diagnostics.CodeAnalysis;

namespace StateServer.Consensus.Log.Native;

/// <summary>
/// The real disk, of which nothing is ever changed: files are opened for reading alone, and what is written, renamed or deleted stays
/// in memory and is seen by whoever uses this very object. So a member's folder is read by the code that recovers it at a start, and is
/// afterwards as it was. For one folder's files of moderate size; not thread-safe.
/// </summary>
internal sealed class OverlayDisk : IDisk, IDisposable
{
    private readonly List<OverlayContent> _opened = [];

    /// <summary>The files that were opened here, with what was written since; null for those that are gone.</summary>
    private readonly Dictionary<string, OverlayContent?> _changed = [];

    /// <inheritdoc/>
    public IDiskFile Open(string path) => _changed.TryGetValue(path, out OverlayContent? content)
        ? new OverlayFile(path, content ?? throw new FileNotFoundException($"{path} is not there", path))
        : new OverlayFile(path, Keep(path, OverlayContent.Of(LibcDisk.Instance.OpenToRead(path))));

    /// <inheritdoc/>
    public IDiskFile Create(string path) => new OverlayFile(path, Keep(path, new OverlayContent(null)));

    /// <inheritdoc/>
    public bool Exists(string path) =>
        _changed.TryGetValue(path, out OverlayContent? content) ? content is not null : File.Exists(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> Files(string folder) =>
    [
        .. LibcDisk.Instance.Files(folder)
            .Concat(_changed.Keys.Where(path => Path.GetDirectoryName(path) == folder).Select(path => Path.GetFileName(path)))
            .Distinct(StringComparer.Ordinal)
            .Where(name => Exists(Path.Combine(folder, name)))
            .Order(StringComparer.Ordinal),
    ];

    /// <inheritdoc/>
    public void CreateFolder(string path)
    {
        // A folder is where its files are.
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        using (Open(from))
        {
            _changed[to] = _changed[from];
            _changed[from] = null;
        }
    }

    /// <inheritdoc/>
    public void Delete(string path) => _changed[path] = null;

    /// <inheritdoc/>
    public void SyncFolder(string path)
    {
        // Nothing of it is ever made durable.
    }

    /// <inheritdoc/>
    [DoesNotReturn]
    public void End(string path, string action, Exception cause) => throw new IOException($"{action} of {path} failed: {cause.Message}", cause);

    /// <summary>Closes the files on the disk, once nobody reads them any more.</summary>
    public void Dispose()
    {
        foreach (OverlayContent content in _opened)
        {
            content.Dispose();
        }

        _opened.Clear();
    }

    private OverlayContent Keep(string path, OverlayContent content)
    {
        _opened.Add(content);
        _changed[path] = content;
        return content;
    }
}
