using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace StateServer.Environments;

/// <summary>
/// Reads yaml (or json, which is yaml) into texts, lists and mappings with their lines, and goes on where a key is double, so
/// that all errors are told at once. What the library says of broken yaml is not passed on: it may quote the file, and a file
/// of environments may hold a secret that somebody wrote into it by mistake.
/// </summary>
internal sealed class FileTree
{
    /// <summary>The deepest nesting read; an environment's settings have four levels.</summary>
    private const int MostDepth = 16;

    private readonly Parser _parser;
    private readonly FileErrors _errors;

    private FileTree(string text, FileErrors errors)
    {
        _parser = new Parser(new StringReader(text));
        _errors = errors;
    }

    /// <summary>Reads a text.</summary>
    /// <returns>Its value; nothing for an empty text. Null where it is broken, which <paramref name="errors"/> then says.</returns>
    public static FileNode? Read(string text, FileErrors errors)
    {
        try
        {
            return new FileTree(text, errors).Read();
        }
        catch (YamlException exception)
        {
            errors.Add(
                Math.Max(1, (int)exception.Start.Line),
                $"not yaml, at column {exception.Start.Column}; look for a wrong indentation, a missing colon or an open quote or bracket here or just above");
            return null;
        }
    }

    private FileNode? Read()
    {
        FileNode? root = null;
        while (_parser.MoveNext())
        {
            if (_parser.Current is DocumentStart { IsImplicit: false } && root is not null)
            {
                _errors.Add(LineOf(_parser.Current), "a second document; give all in one, without '---'");
                return null;
            }

            if (_parser.Current is NodeEvent)
            {
                root = ReadNode(0);
                if (root is null)
                {
                    return null;
                }
            }
        }

        return root ?? FileNode.Nothing(1);
    }

    /// <summary>Reads the node that the parser stands on, to its last event. Null where it is nested too deep.</summary>
    private FileNode? ReadNode(int depth)
    {
        ParsingEvent here = _parser.Current!;
        int line = LineOf(here);
        if (depth > MostDepth)
        {
            _errors.Add(line, $"nested deeper than {MostDepth} levels");
            return null;
        }

        if (here is NodeEvent { Anchor.IsEmpty: false } or AnchorAlias)
        {
            _errors.Add(line, "an anchor or alias (& or *); write the value out, or put it in quotes if that is how it begins");
        }

        return here switch
        {
            Scalar { Style: ScalarStyle.Plain, Value: "" or "~" or "null" } => FileNode.Nothing(line),
            Scalar scalar => new FileNode(line, scalar.Value, default, default),
            SequenceStart => ReadList(line, depth),
            MappingStart => ReadMapping(line, depth),
            _ => FileNode.Nothing(line),
        };
    }

    private FileNode? ReadList(int line, int depth)
    {
        ImmutableArray<FileNode>.Builder items = ImmutableArray.CreateBuilder<FileNode>();
        while (_parser.MoveNext() && _parser.Current is not SequenceEnd)
        {
            if (ReadNode(depth + 1) is not { } item)
            {
                return null;
            }

            items.Add(item);
        }

        return new FileNode(line, null, items.ToImmutable(), default);
    }

    private FileNode? ReadMapping(int line, int depth)
    {
        ImmutableArray<FileEntry>.Builder entries = ImmutableArray.CreateBuilder<FileEntry>();
        Dictionary<string, int> lines = new(StringComparer.Ordinal);
        while (_parser.MoveNext() && _parser.Current is not MappingEnd)
        {
            if (ReadNode(depth + 1) is not { } key || !_parser.MoveNext() || ReadNode(depth + 1) is not { } value)
            {
                return null;
            }

            if (key.Text is not { } name)
            {
                _errors.Add(key.Line, $"a key is {key.Kind}; give a word");
            }
            else if (lines.TryGetValue(name, out int first))
            {
                _errors.Add(key.Line, $"the key {FileEntry.Shown(name)} is here a second time (first in line {first}); leave one");
            }
            else
            {
                lines.Add(name, key.Line);
                entries.Add(new FileEntry(name, key.Line, value));
            }
        }

        return new FileNode(line, null, default, entries.ToImmutable());
    }

    private static int LineOf(ParsingEvent at) => Math.Max(1, (int)at.Start.Line);
}
