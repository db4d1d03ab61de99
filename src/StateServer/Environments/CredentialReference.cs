namespace StateServer.Environments;

/// <summary>Where one credential is, never what it is: <c>env:NAME</c> or <c>file:PATH</c>.</summary>
/// <param name="Source">The kind of place.</param>
/// <param name="Place">The variable's name, or the file's absolute path.</param>
internal sealed record CredentialReference(CredentialSource Source, string Place)
{
    private const string VariablePrefix = "env:";
    private const string FilePrefix = "file:";
    private const int MostVariableCharacters = 128;

    /// <summary>Reads one. The message never repeats the text: it may be the secret itself.</summary>
    /// <returns>Null, or what would be right.</returns>
    public static string? TryParse(string text, out CredentialReference? reference)
    {
        reference = null;
        if (text.StartsWith(VariablePrefix, StringComparison.Ordinal))
        {
            string name = text[VariablePrefix.Length..];
            bool right = name.Length is > 0 and <= MostVariableCharacters
                && !char.IsAsciiDigit(name[0])
                && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
            reference = right ? new CredentialReference(CredentialSource.Variable, name) : null;
            return right ? null : "what follows 'env:' is no variable's name; give letters, digits and underscores, such as env:CLOUD_PASSWORD";
        }

        if (text.StartsWith(FilePrefix, StringComparison.Ordinal))
        {
            bool right = HomePath.TryExpand(text[FilePrefix.Length..], out string? path) is null;
            reference = right ? new CredentialReference(CredentialSource.File, path!) : null;
            return right ? null : "what follows 'file:' is no absolute path; give such as file:/etc/cloud/password or file:~/password";
        }

        return "no secret belongs in this file; put it into an environment variable or a file of its own, and give env:NAME or file:PATH";
    }

    /// <inheritdoc/>
    public override string ToString() => (Source == CredentialSource.Variable ? VariablePrefix : FilePrefix) + Place;
}
