using System.CommandLine;

namespace StateServer.Cli;

/// <summary>One verb of the executable, with the examples that its help ends with.</summary>
/// <param name="name">The word.</param>
/// <param name="description">What it does.</param>
/// <param name="examples">Whole command lines, without the executable's name.</param>
internal sealed class Verb(string name, string description, params IReadOnlyList<string> examples)
    : Command(name, description)
{
    /// <summary>Whole command lines, without the executable's name.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;
}
