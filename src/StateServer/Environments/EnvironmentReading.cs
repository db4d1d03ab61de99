using System.Collections.Immutable;
using System.Globalization;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Options;

namespace StateServer.Environments;

/// <summary>Reads one environment of environments.yaml, with an error for each thing that is wrong.</summary>
internal sealed class EnvironmentReading
{
    private delegate string? Parser<T>(string text, out T value);

    private const int MostImageCharacters = 256;

    private static readonly TimeSpan LeastReplaceAfter = TimeSpan.FromSeconds(1);

    private readonly string _name;
    private readonly FileNode _settings;
    private readonly FileErrors _errors;
    private readonly ProviderType? _type;

    private EnvironmentReading(FileEntry entry, FileErrors errors)
    {
        _name = entry.Key;
        _settings = entry.Value;
        _errors = errors;
        _type = ReadType(entry.Line);
    }

    /// <summary>Reads one.</summary>
    /// <param name="entry">Its name and settings.</param>
    /// <param name="errors">Gets what is wrong.</param>
    /// <returns>The environment; where something is wrong with it, what could be read of it, or null.</returns>
    public static EnvironmentSpec? Read(FileEntry entry, FileErrors errors)
    {
        if (EnvironmentName.Error(entry.Key) is { } wrong)
        {
            errors.Add(entry.Line, wrong);
        }

        if (entry.Value.Entries.IsDefault)
        {
            errors.Add(entry.Line, $"environment '{Quoted.Bare(entry.Key)}' is {entry.Value.Kind}; give a mapping with at least a type, such as 'type: local'");
            return null;
        }

        return new EnvironmentReading(entry, errors).Read();
    }

    private EnvironmentSpec? Read()
    {
        foreach (FileEntry entry in _settings.Entries)
        {
            if (EnvironmentKey.Error(entry.Key, _type) is { } stray)
            {
                _errors.Add(entry.Line, stray);
            }
        }

        // Each is read even where the type is unknown: all that is wrong is told at once.
        var spec = new EnvironmentSpec(_name, _type ?? ProviderType.Local)
        {
            Region = Text("region", "us-east-1", ParseWord, ""),
            Zones = ReadZones(),
            AvailabilitySetsEnabled = Text<bool?>("availability-sets-enabled", "true", ParseFlag, null),
            DefaultSeries = Text("default-series", EnvironmentSpec.UsualSeries, ParseWord, EnvironmentSpec.UsualSeries),
            Constraints = Text("constraints", "mem=2G arch=amd64", ConstraintText.TryParse, ConstraintRequest.None).Asked,
            Images = ReadImages(),
            ReplaceAfter = Text<TimeSpan?>("replace-after", "30s", ParseReplaceAfter, null),
            Credentials = ReadCredentials(),
        };
        LocalEnvironmentSpec local = ReadLocal();
        return _type is null ? null : _type == ProviderType.Local ? CheckLocal(spec with { Local = local }) : spec;
    }

    private ProviderType? ReadType(int line)
    {
        string all = string.Join(", ", ProviderTypeText.All.Select(ProviderTypeText.Format));
        if (Find("type") is null)
        {
            _errors.Add(line, $"environment '{Quoted.Bare(_name)}' has no type; give 'type:' with one of {all}");
            return null;
        }

        return Text<ProviderType?>(
            "type",
            ProviderTypeText.Format(ProviderType.Local),
            (string text, out ProviderType? type) =>
                (type = ProviderTypeText.Parse(text)) is null ? $"there is no type {Quoted.Text(text)}; give one of {all}" : null,
            null);
    }

    private ImmutableSortedSet<Zone> ReadZones()
    {
        ImmutableSortedSet<Zone> zones = ImmutableSortedSet<Zone>.Empty;
        foreach (FileNode item in Texts("zones", "a list of zones' names, such as [local-a, local-b]"))
        {
            if (Zone.TryParse(item.Text!, out Zone zone) is { } wrong)
            {
                _errors.Add(item.Line, $"'zones': {wrong}");
            }
            else if (zones.Contains(zone))
            {
                _errors.Add(item.Line, $"'zones': {zone} occurs more than once; leave one");
            }
            else
            {
                zones = zones.Add(zone);
            }
        }

        return zones;
    }

    private ImmutableSortedDictionary<string, string> ReadImages()
    {
        var images = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        foreach (FileEntry entry in Mapping("image", "a mapping from series to images, such as 'noble: ami-0abc'"))
        {
            if (ParseWord(entry.Key, out _) is { } wrong)
            {
                _errors.Add(entry.Line, $"'image': {wrong}");
            }
            else if (entry.Value.Text is not { Length: > 0 and <= MostImageCharacters } image || image.Any(char.IsControl))
            {
                _errors.Add(entry.Value.Line, $"'image': {entry.Key} needs the provider's name of an image, 1 to {MostImageCharacters} characters");
            }
            else
            {
                images = images.Add(entry.Key, image);
            }
        }

        return images;
    }

    private ImmutableSortedDictionary<string, CredentialReference> ReadCredentials()
    {
        var references = ImmutableSortedDictionary.Create<string, CredentialReference>(StringComparer.Ordinal);
        if (Find("credentials") is not { } given || given.Value.Text is "default")
        {
            return references;
        }

        ImmutableArray<string> names = EnvironmentKey.Credentials(_type ?? ProviderType.Local);
        foreach (FileEntry entry in Mapping("credentials", "'default', for what the cloud's own tools use, or a mapping such as 'password: env:CLOUD_PASSWORD'"))
        {
            if (!names.IsEmpty && !names.Contains(entry.Key))
            {
                _errors.Add(entry.Line, $"'credentials': {ProviderTypeText.Format(_type!.Value)} has none of this name; it has {string.Join(", ", names)}");
            }
            else if (CredentialReference.TryParse(entry.Value.Text ?? "", out CredentialReference? reference) is { } wrong)
            {
                _errors.Add(entry.Value.Line, $"'credentials': {wrong}");
            }
            else
            {
                references = references.Add(entry.Key, reference!);
            }
        }

        return references;
    }

    private LocalEnvironmentSpec ReadLocal()
    {
        string? root = Text<string?>("root", "/srv/machines", HomePath.TryExpand, null);
        int count = Text("zone-count", "3", Whole(1, LocalEnvironmentSpec.MostZones), LocalEnvironmentSpec.UsualZones);
        ImmutableArray<Zone> zones = LocalEnvironmentSpec.ZonesOf(count);
        var capacity = zones.ToImmutableSortedDictionary(z => z, _ => LocalEnvironmentSpec.UsualCapacity);
        Parser<int> machines = Whole(0, LocalEnvironmentSpec.MostCapacity);
        if (Find("zone-capacity")?.Value.Text is not null)
        {
            int each = Text("zone-capacity", "10", machines, LocalEnvironmentSpec.UsualCapacity);
            return new LocalEnvironmentSpec(root, zones.ToImmutableSortedDictionary(z => z, _ => each));
        }

        foreach (FileEntry entry in Mapping("zone-capacity", "a number of machines, or one for each zone, such as 'local-a: 2'"))
        {
            if (!zones.Any(z => z.Name == entry.Key))
            {
                _errors.Add(entry.Line, $"'zone-capacity': there is no zone {Quoted.Text(entry.Key)}; there are {zones[0]} to {zones[^1]}, by 'zone-count'");
            }
            else if (machines(entry.Value.Text ?? "", out int number) is { } wrong)
            {
                _errors.Add(entry.Value.Line, $"'zone-capacity': {entry.Key}: {wrong}");
            }
            else
            {
                capacity = capacity.SetItem(new Zone(entry.Key), number);
            }
        }

        return new LocalEnvironmentSpec(root, capacity);
    }

    /// <summary>The local zones are known beforehand: one that isn't there can only be a mistake.</summary>
    private EnvironmentSpec CheckLocal(EnvironmentSpec spec)
    {
        ImmutableSortedDictionary<Zone, int> zones = spec.Local!.ZoneCapacity;
        foreach (string key in (string[])["zones", "constraints"])
        {
            foreach (Zone stranger in (key == "zones" ? spec.Zones : spec.Constraints.Zones).Where(z => !zones.ContainsKey(z)))
            {
                _errors.Add(Find(key)!.Line, $"'{key}': there is no zone {stranger}; there are {zones.Keys.First()} to {zones.Keys.Last()}, by 'zone-count'");
            }
        }

        return spec;
    }

    private FileEntry? Find(string key) => _settings.Entries.FirstOrDefault(e => e.Key == key);

    /// <summary>A key's one text, read; <paramref name="otherwise"/> where it isn't given or is wrong.</summary>
    private T Text<T>(string key, string example, Parser<T> parse, T otherwise)
    {
        if (Find(key) is not { } entry)
        {
            return otherwise;
        }

        if (entry.Value.Text is not { Length: > 0 } text)
        {
            _errors.Add(entry.Line, $"'{key}' is {(entry.Value.Text is null ? entry.Value.Kind : "empty")}; give one text, such as '{key}: {example}'");
            return otherwise;
        }

        if (parse(text, out T value) is { } wrong)
        {
            _errors.Add(entry.Value.Line, $"'{key}': {wrong}");
            return otherwise;
        }

        return value;
    }

    /// <summary>A key's texts: a list of them, or one alone.</summary>
    private IEnumerable<FileNode> Texts(string key, string right)
    {
        switch (Find(key))
        {
            case null:
                return [];
            case { Value.Text.Length: > 0 } one:
                return one.Value.Text.Split(',', StringSplitOptions.TrimEntries).Select(text => one.Value with { Text = text });
            case { Value.Items: { IsDefaultOrEmpty: false } items } when items.All(i => i.Text is not null):
                return items;
            case { } entry:
                _errors.Add(entry.Line, $"'{key}' needs {right}");
                return [];
        }
    }

    private ImmutableArray<FileEntry> Mapping(string key, string right)
    {
        if (Find(key) is not { } entry)
        {
            return [];
        }

        if (entry.Value.Entries.IsDefaultOrEmpty)
        {
            _errors.Add(entry.Line, $"'{key}' needs {right}");
            return [];
        }

        return entry.Value.Entries;
    }

    /// <summary>Reads a series, a region or the like.</summary>
    /// <returns>Null, or what would be right.</returns>
    internal static string? ParseWord(string text, out string word)
    {
        word = text;
        return text.Length is > 0 and <= EnvironmentName.MostCharacters
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
                ? null
                : $"{Quoted.Text(text)} is no name; give 1 to {EnvironmentName.MostCharacters} letters, digits, dots, dashes or underscores";
    }

    private static string? ParseFlag(string text, out bool? flag)
    {
        flag = text switch
        {
            "true" => true,
            "false" => false,
            _ => null,
        };
        return flag is null ? $"{Quoted.Text(text)} is neither true nor false" : null;
    }

    private static string? ParseReplaceAfter(string text, out TimeSpan? duration)
    {
        string? wrong = Duration.TryParse(Quoted.Bare(text), out TimeSpan read);
        duration = read;
        return wrong
            ?? (read < LeastReplaceAfter || read.Ticks % TimeSpan.TicksPerSecond != 0
                ? $"'{Quoted.Bare(text)}' is {(read < LeastReplaceAfter ? "too short" : "no whole number of seconds")}; give whole seconds, from 1s to 24h"
                : null);
    }

    private static Parser<int> Whole(int least, int most) => (string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most
            ? null
            : $"{Quoted.Text(text)} is out of range; give a whole number from {least} to {most}";
}
