using System.Collections.Immutable;

namespace StateServer.Environments;

/// <summary>One value of a yaml file, and the line it begins at. It is a text, a list, a mapping, or nothing at all.</summary>
/// <param name="Line">From 1 on.</param>
/// <param name="Text">The text; null where it is none.</param>
/// <param name="Items">The list; default where it is none.</param>
/// <param name="Entries">The mapping, in the file's order, each key once; default where it is none.</param>
internal sealed record FileNode(int Line, string? Text, ImmutableArray<FileNode> Items, ImmutableArray<FileEntry> Entries)
{
    /// <summary>A value that says nothing: the key was left empty.</summary>
    public static FileNode Nothing(int line) => new(line, null, default, default);

    /// <summary>What it is, for a message; never its content.</summary>
    public string Kind => this switch
    {
        { Text: not null } => "a text",
        { Items.IsDefault: false } => "a list",
        { Entries.IsDefault: false } => "a mapping",
        _ => "empty",
    };
}
