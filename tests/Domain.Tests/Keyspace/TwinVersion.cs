namespace StateServer.Domain.Tests.Keyspace;

/// <summary>One version in the twin's list; keys and values are Latin-1 texts.</summary>
internal sealed record TwinVersion(
    string Key,
    string Value,
    long Create,
    long Mod,
    int Sub,
    long Version,
    long Lease,
    bool Deleted)
{
    public override string ToString() =>
        $"{Show(Key)}={Show(Value)} create {Create} mod {Mod} version {Version} lease {Lease}";

    public static string Show(string text) => string.Concat(text.Select(c => c is > ' ' and < '\x7f' ? $"{c}" : $"\\{(int)c:x2}"));
}
