using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Environments;

/// <summary>The environments that this user has: those of environments.yaml, or the built-in one where there is no such file.</summary>
/// <param name="Path">The file; null where there is none.</param>
/// <param name="Default">The environment that <c>default:</c> names, or the only one; null otherwise.</param>
/// <param name="Environments">By name.</param>
internal sealed record EnvironmentsFile(
    string? Path, string? Default, ImmutableSortedDictionary<string, EnvironmentSpec> Environments)
{
    /// <summary>The variable that names a file.</summary>
    public const string Variable = "STATESERVER_ENVIRONMENTS";

    /// <summary>The largest file read, bytes: one of megabytes is another file given by mistake.</summary>
    public const int LargestBytes = 1024 * 1024;

    /// <summary>Most environments: a list to look through.</summary>
    public const int MostEnvironments = 256;

    private static readonly string[] Keys = ["default", "environments"];

    /// <summary>Without a file.</summary>
    public static EnvironmentsFile BuiltIn { get; } = new(
        null,
        EnvironmentSpec.BuiltIn,
        Sorted([new EnvironmentSpec(EnvironmentSpec.BuiltIn, ProviderType.Local) { Local = LocalEnvironmentSpec.Usual }]));

    /// <summary>Their names, for messages.</summary>
    public string Names => string.Join(", ", Environments.Keys);

    /// <summary>Where the environments come from, for messages.</summary>
    public string Source => Path ?? "the built-in environments";

    /// <summary>Finds the file and reads it. A file that is named must be there; the configuration folder's need not.</summary>
    /// <param name="given"><c>--environments</c>, or null.</param>
    /// <param name="variable">The process's variables; an empty one counts as not given.</param>
    /// <param name="folder">The configuration folder.</param>
    /// <param name="errors">Gets a line for each thing that is wrong.</param>
    /// <returns>The environments; null where anything is wrong.</returns>
    public static EnvironmentsFile? Find(
        string? given, Func<string, string?> variable, ConfigurationFolder folder, List<string> errors)
    {
        if (given is { Length: 0 })
        {
            errors.Add("--environments is empty; give a file, or leave the flag out");
            return null;
        }

        string? named = given ?? (variable(Variable) is { Length: > 0 } value ? value : null);
        if (named is null && !File.Exists(folder.EnvironmentsFile))
        {
            return BuiltIn;
        }

        string source = given is not null ? "--environments " : named is not null ? $"{Variable}: " : "";
        string path = named ?? folder.EnvironmentsFile;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > LargestBytes })
            {
                errors.Add($"{source}{path}: over {LargestBytes} bytes, so no file of environments");
                return null;
            }

            return Parse(path, File.ReadAllText(path), errors);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            errors.Add($"{source}{path} can't be read: {exception.Message.ReplaceLineEndings(" ")}");
            return null;
        }
    }

    /// <summary>Reads a file's text.</summary>
    /// <returns>The environments; null where anything is wrong, which <paramref name="errors"/> then says, all of it.</returns>
    internal static EnvironmentsFile? Parse(string path, string text, List<string> errors)
    {
        var wrong = new FileErrors(path);
        FileNode? root = FileTree.Read(text, wrong);
        EnvironmentsFile? read = root is null ? null : Read(path, root, wrong);
        errors.AddRange(wrong.Lines());
        return wrong.Count == 0 ? read : null;
    }

    private static EnvironmentsFile? Read(string path, FileNode root, FileErrors errors)
    {
        if (root.Entries.IsDefault)
        {
            errors.Add(root.Line, $"the file is {root.Kind}; give a mapping with 'environments:', and 'default:' where there are several");
            return null;
        }

        foreach (FileEntry stray in root.Entries.Where(e => !Keys.Contains(e.Key)))
        {
            errors.Add(stray.Line, $"no key {FileEntry.Shown(stray.Key)} stands here; the keys are {string.Join(", ", Keys)}, and an environment's stand below its name");
        }

        FileEntry? all = root.Entries.FirstOrDefault(e => e.Key == "environments");
        if (all is null || all.Value.Entries.IsDefaultOrEmpty)
        {
            errors.Add(all?.Line ?? root.Line, "'environments:' needs a mapping from names to environments, such as 'here: {type: local}'");
            return null;
        }

        if (all.Value.Entries.Length > MostEnvironments)
        {
            errors.Add(all.Line, $"{all.Value.Entries.Length} environments; give {MostEnvironments} at most");
            return null;
        }

        string[] names = [.. all.Value.Entries.Select(e => e.Key)];
        List<EnvironmentSpec> environments = [];
        foreach (FileEntry entry in all.Value.Entries)
        {
            if (EnvironmentReading.Read(entry, errors) is { } environment)
            {
                environments.Add(environment);
            }
        }

        return new EnvironmentsFile(path, ReadDefault(root, names, errors), Sorted(environments));
    }

    private static string? ReadDefault(FileNode root, string[] names, FileErrors errors)
    {
        if (root.Entries.FirstOrDefault(e => e.Key == "default") is not { } entry)
        {
            return names is [var only] ? only : null;
        }

        if (entry.Value.Text is not { } name)
        {
            errors.Add(entry.Line, $"'default' is {entry.Value.Kind}; give an environment's name");
        }
        else if (!names.Contains(name))
        {
            errors.Add(entry.Line, $"'default': there is no environment {Quoted.Text(name)}; there are {Quoted.Bare(string.Join(", ", names))}");
        }

        return entry.Value.Text;
    }

    private static ImmutableSortedDictionary<string, EnvironmentSpec> Sorted(IEnumerable<EnvironmentSpec> environments) =>
        environments.ToImmutableSortedDictionary(e => e.Name, e => e, StringComparer.Ordinal);
}
