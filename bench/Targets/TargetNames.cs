namespace StateServer.Bench.Targets;

/// <summary>
/// What a target may be called: ours or etcd, with a number behind it where one is to be measured against itself (etcd,etcd2).
/// </summary>
internal static class TargetNames
{
    private const string Ours = "ours";
    private const string Etcd = "etcd";

    public static bool IsOurs(string name) => IsNumbered(name, Ours);

    public static bool IsFirstOfOurs(string name) => name == Ours;

    public static bool IsKnown(string name) => IsNumbered(name, Ours) || IsNumbered(name, Etcd);

    private static bool IsNumbered(string name, string stem) =>
        name.StartsWith(stem, StringComparison.Ordinal) && name[stem.Length..].All(char.IsAsciiDigit);
}
