using System.Collections.Immutable;
using System.Globalization;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Model;

/// <summary>
/// Constraints as text, as Juju writes them: words such as <c>arch=amd64 cpu-cores=4 mem=2G</c>. A key without a value, or with
/// 0, says that the environment's doesn't hold. The texts of errors are Juju's.
/// </summary>
public static class ConstraintText
{
    /// <summary>Most characters of a whole text: constraints of more are something else, pasted by mistake.</summary>
    public const int MostCharacters = 4096;

    /// <summary>Most tags, and most zones.</summary>
    public const int MostListed = ModelLimits.MostListItems;

    /// <summary>Most characters of a tag or of an instance type's name.</summary>
    public const int MostNameCharacters = 128;

    /// <summary>The largest size, MiB: 1024P, far above any machine, and sums of thousands stay in a long.</summary>
    public const long MostMiB = 1L << 40;

    private static readonly string[] Architectures = ["amd64", "arm64", "armhf", "i386", "ppc64el", "riscv64", "s390x"];

    private static readonly (char Suffix, long MiB)[] Sizes = [('M', 1), ('G', 1L << 10), ('T', 1L << 20), ('P', 1L << 30)];

    /// <summary>Reads words of one text, between white space.</summary>
    /// <returns>Null, or in one line the first thing that is wrong.</returns>
    public static string? TryParse(string text, out ConstraintRequest request) => TryParse([text], out request);

    /// <summary>Reads words; each text may hold several.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="request">What they say, without conflicts; <see cref="ConstraintRequest.None"/> where something is wrong.</param>
    /// <returns>Null, or in one line the first thing that is wrong.</returns>
    public static string? TryParse(IReadOnlyList<string> texts, out ConstraintRequest request)
    {
        request = ConstraintRequest.None;
        if (texts.Sum(t => (long)t.Length) > MostCharacters)
        {
            return $"constraints are longer than {MostCharacters} characters";
        }

        ConstraintRequest read = request;
        HashSet<string> given = [];
        foreach (string word in texts.SelectMany(t => t.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                return $"malformed constraint {Quoted.Text(word)}";
            }

            string name = word[..equals];
            if (Key(name) is not { } key)
            {
                return $"unknown constraint {Quoted.Text(name)}";
            }

            string? wrong = given.Add(name) ? Read(key, word[(equals + 1)..], ref read) : "already set";
            if (wrong is not null)
            {
                return $"bad \"{name}\" constraint: {wrong}";
            }
        }

        if (ConstraintMerge.Conflict(read.Asked) is { } conflict)
        {
            return conflict;
        }

        request = read;
        return null;
    }

    /// <summary>The canonical text: keys in alphabetical order, sizes in M; empty where nothing is asked for.</summary>
    public static string Format(Constraints constraints) => Format(ConstraintRequest.None with { Asked = constraints });

    /// <summary>The canonical text, with the keys that are unset as <c>key=</c>. <see cref="TryParse(string, out ConstraintRequest)"/> reads it back.</summary>
    public static string Format(ConstraintRequest request)
    {
        Constraints asked = request.Asked;
        (ConstraintKey Key, string? Value)[] all =
        [
            (ConstraintKey.Arch, asked.Arch),
            (ConstraintKey.CpuCores, asked.CpuCores?.ToString(CultureInfo.InvariantCulture)),
            (ConstraintKey.CpuPower, asked.CpuPower?.ToString(CultureInfo.InvariantCulture)),
            (ConstraintKey.InstanceType, asked.InstanceType),
            (ConstraintKey.Memory, Megabytes(asked.MemoryMiB)),
            (ConstraintKey.RootDisk, Megabytes(asked.RootDiskMiB)),
            (ConstraintKey.Tags, asked.Tags.IsEmpty ? null : string.Join(',', asked.Tags)),
            (ConstraintKey.Zones, asked.Zones.IsEmpty ? null : string.Join(',', asked.Zones)),
        ];
        return string.Join(
            ' ',
            all.Where(p => p.Value is not null || request.Unset.Contains(p.Key)).Select(p => $"{Name(p.Key)}={p.Value}"));
    }

    /// <summary>A key as it is typed.</summary>
    public static string Name(ConstraintKey key) => key switch
    {
        ConstraintKey.Arch => "arch",
        ConstraintKey.CpuCores => "cpu-cores",
        ConstraintKey.CpuPower => "cpu-power",
        ConstraintKey.InstanceType => "instance-type",
        ConstraintKey.Memory => "mem",
        ConstraintKey.RootDisk => "root-disk",
        ConstraintKey.Tags => "tags",
        ConstraintKey.Zones => "zones",
        _ => throw new ArgumentOutOfRangeException(nameof(key)),
    };

    private static ConstraintKey? Key(string name)
    {
        foreach (ConstraintKey key in Enum.GetValues<ConstraintKey>())
        {
            if (Name(key) == name)
            {
                return key;
            }
        }

        return null;
    }

    private static string? Read(ConstraintKey key, string text, ref ConstraintRequest request)
    {
        Constraints asked = request.Asked;
        string? wrong = null;
        bool isUnset = text.Length == 0;
        if (!isUnset)
        {
            switch (key)
            {
                case ConstraintKey.Arch:
                    wrong = ReadArch(text);
                    asked = asked with { Arch = text };
                    break;
                case ConstraintKey.CpuCores:
                    (wrong, isUnset) = ReadCount(text, out int cores);
                    asked = asked with { CpuCores = isUnset ? null : cores };
                    break;
                case ConstraintKey.CpuPower:
                    (wrong, isUnset) = ReadCount(text, out int power);
                    asked = asked with { CpuPower = isUnset ? null : power };
                    break;
                case ConstraintKey.InstanceType:
                    wrong = NameError(text);
                    asked = asked with { InstanceType = text };
                    break;
                case ConstraintKey.Memory:
                    (wrong, isUnset) = ReadSize(text, out long memory);
                    asked = asked with { MemoryMiB = isUnset ? null : memory };
                    break;
                case ConstraintKey.RootDisk:
                    (wrong, isUnset) = ReadSize(text, out long disk);
                    asked = asked with { RootDiskMiB = isUnset ? null : disk };
                    break;
                case ConstraintKey.Tags:
                    wrong = ReadList(text, NameError);
                    asked = asked with { Tags = Sorted(text.Split(',')) };
                    break;
                default:
                    wrong = ReadList(text, name => Zone.TryParse(name, out _));
                    asked = asked with { Zones = Sorted(text.Split(',').Select(name => new Zone(name))) };
                    break;
            }
        }

        request = new ConstraintRequest(asked, isUnset ? request.Unset.Add(key) : request.Unset);
        return wrong;
    }

    private static ImmutableSortedSet<Zone> Sorted(IEnumerable<Zone> zones) => [.. zones];

    private static ImmutableSortedSet<string> Sorted(string[] names) => ImmutableSortedSet.Create(StringComparer.Ordinal, names);

    private static string? ReadArch(string text) => Architectures.Contains(text)
        ? null
        : $"{Quoted.Text(text)} not recognized; give one of {string.Join(", ", Architectures)}";

    private static (string? Wrong, bool IsUnset) ReadCount(string text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count)
            ? (null, count == 0)
            : ($"must be a non-negative integer, {int.MaxValue} at most", false);

    /// <summary>A size in MiB, rounded up, as Juju does.</summary>
    private static (string? Wrong, bool IsUnset) ReadSize(string text, out long size)
    {
        int suffix = Array.FindIndex(Sizes, s => s.Suffix == text[^1]);
        long unit = suffix < 0 ? 1 : Sizes[suffix].MiB;
        ReadOnlySpan<char> digits = suffix < 0 ? text : text.AsSpan(0, text.Length - 1);
        size = 0;
        if (!decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
            || number > (decimal)MostMiB / unit)
        {
            return ($"must be a non-negative float with optional M/G/T/P suffix, {MostMiB >> 30}P at most", false);
        }

        size = (long)decimal.Ceiling(number * unit);
        return (null, size == 0);
    }

    private static string? ReadList(string text, Func<string, string?> error)
    {
        string[] names = text.Split(',');
        return names.Length > MostListed
            ? $"more than {MostListed}"
            : names.Select(error).FirstOrDefault(wrong => wrong is not null)
                ?? names.GroupBy(n => n, StringComparer.Ordinal).Where(g => g.Count() > 1)
                    .Select(g => $"{Quoted.Text(g.Key)} occurs more than once").FirstOrDefault();
    }

    private static string? NameError(string text) =>
        text.Length is > 0 and <= MostNameCharacters && text.All(c => char.IsAscii(c) && !char.IsControl(c) && c is not ' ' and not ',')
            ? null
            : $"{Quoted.Text(text)} is no name; give 1 to {MostNameCharacters} ASCII characters without spaces and commas";

    private static string? Megabytes(long? size) => size is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number}M") : null;
}
