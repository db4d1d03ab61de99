using System.Globalization;
using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>
/// One file and the place in it that is damaged. Chosen so that the damage can be told from a write that a power loss
/// interrupted: not in the last rounds of the log, which a crash may leave torn.
/// </summary>
internal sealed class FileDamage
{
    private readonly long _offset;
    private readonly int _bit;
    private byte[] _saved = [];

    private FileDamage(string file, long offset, int bit)
    {
        File = file;
        _offset = offset;
        _bit = bit;
    }

    public string File { get; }

    /// <summary>Chooses a place in a stopped member's folder; null where it has no such file yet.</summary>
    public static FileDamage? Choose(string dataFolder, DamagedPart part, Random random)
    {
        string? file = part switch
        {
            DamagedPart.Vote => Path.Combine(dataFolder, "vote"),
            DamagedPart.Snapshot => Newest(Path.Combine(dataFolder, "snapshots"), "*"),
            _ => Newest(Path.Combine(dataFolder, "log"), "log-*.seg"),
        };
        if (file is null || !System.IO.File.Exists(file))
        {
            return null;
        }

        // Half of what is used leaves many rounds behind it that prove that it was durable; vote and snapshot are all proof.
        byte[] content = System.IO.File.ReadAllBytes(file);
        int used = content.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        int bound = part == DamagedPart.Log ? used / 2 : content.Length;
        return bound == 0 ? null : new FileDamage(file, random.Next(bound), random.Next(8));
    }

    /// <summary>Flips the bit, or cuts the file off at the place; keeps what it was.</summary>
    public void Inflict(bool cutOff)
    {
        _saved = System.IO.File.ReadAllBytes(File);
        using var stream = new FileStream(File, FileMode.Open);
        if (cutOff)
        {
            stream.SetLength(_offset);
        }
        else
        {
            stream.Position = _offset;
            stream.WriteByte((byte)(_saved[_offset] ^ (1 << _bit)));
        }
    }

    /// <summary>Gives the file back as it was, for good: the power may go next.</summary>
    public void Undo()
    {
        System.IO.File.WriteAllBytes(File, _saved);
        ExternalTool.Run("sync", File);
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(File)} at byte {_offset}");

    private static string? Newest(string folder, string pattern) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal).LastOrDefault(f => new FileInfo(f).Length > 0)
        : null;
}
