using System.Collections.Immutable;
using System.Globalization;
using StateServer.Consensus;
using StateServer.Domain.Identity;

namespace StateServer.Options;

/// <summary>The members of a new cluster, as <c>name=ID@host:port</c>, comma-separated.</summary>
internal static class InitialMemberList
{
    /// <summary>The sizes a cluster may have: odd, since an even count adds a member that may fail and tolerates no failure more; seven at most, since each write waits for a majority.</summary>
    public static readonly ImmutableArray<int> Sizes = [1, 3, 5, 7];

    private const int LongestName = 64;

    /// <summary>Parses a list. What it says in all is judged by <see cref="Errors"/>.</summary>
    /// <returns>Null, or what would be right.</returns>
    public static string? TryParse(string text, out ImmutableArray<InitialMember> members)
    {
        members = [];
        ImmutableArray<InitialMember>.Builder list = ImmutableArray.CreateBuilder<InitialMember>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            int at = part.IndexOf('@', StringComparison.Ordinal);
            if (equals <= 0 || at <= equals)
            {
                return $"'{part}' is no member; give name=ID@host:port, such as a=17@10.0.0.1:2380";
            }

            string name = part[..equals];
            if (NameError(name) is { } wrongName)
            {
                return $"member '{part}': {wrongName}";
            }

            if (TryParseId(part[(equals + 1)..at], out ulong id) is { } wrongId)
            {
                return $"member '{part}': {wrongId}";
            }

            string address = part[(at + 1)..];
            if (HostPort.Error(address) is { } wrongAddress)
            {
                return $"member '{part}': {wrongAddress}";
            }

            list.Add(new InitialMember(new NodeId(id), name, address));
        }

        members = list.ToImmutable();
        return null;
    }

    /// <summary>All that is wrong with a list, one line each: its size, and names, ids or addresses that occur twice.</summary>
    public static IEnumerable<string> Errors(ImmutableArray<InitialMember> members)
    {
        if (!Sizes.Contains(members.Length))
        {
            yield return members.Length % 2 == 0
                ? $"an even number of members ({members.Length}) tolerates no more failures than one fewer; give 1, 3, 5 or 7"
                : $"{members.Length} members are too many; give 1, 3, 5 or 7";
        }

        foreach (string name in Twice(members.Select(m => m.Name)))
        {
            yield return $"the name '{name}' occurs more than once; each member needs its own";
        }

        foreach (NodeId id in Twice(members.Select(m => m.Id)))
        {
            yield return $"the node id {id} occurs more than once; mint one for each member ('stateserver mint')";
        }

        foreach (string address in Twice(members.Select(m => m.PeerAddress)))
        {
            yield return $"the address {address} occurs more than once; each member needs its own";
        }
    }

    /// <summary>The text that <see cref="TryParse"/> reads back.</summary>
    public static string Format(IEnumerable<InitialMember> members) =>
        string.Join(',', members.Select(m => $"{m.Name}={m.Id}@{m.PeerAddress}"));

    /// <summary>Parses an id: a decimal number that isn't zero.</summary>
    /// <returns>Null, or what would be right.</returns>
    public static string? TryParseId(string text, out ulong id) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id != 0
            ? null
            : $"'{text}' is no id; give a decimal number from 1 to {ulong.MaxValue} ('stateserver mint' makes them)";

    /// <summary>Null, or what is wrong with a member's or zone's name.</summary>
    public static string? NameError(string name) =>
        name.Length is > 0 and <= LongestName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? null
            : $"'{name}' is no name; give 1 to {LongestName} letters, digits, dots, dashes or underscores";

    private static IEnumerable<T> Twice<T>(IEnumerable<T> values) =>
        values.GroupBy(v => v).Where(g => g.Count() > 1).Select(g => g.Key);
}
