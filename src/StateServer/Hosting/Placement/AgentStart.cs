using System.Collections.Immutable;
using System.Text.Json;
using StateServer.Consensus;

namespace StateServer.Hosting.Placement;

/// <summary>
/// What an agent is given at its start: the client addresses of the members, as a JSON object that <c>agent --user-data</c> reads.
/// From the replicated state alone, so that every member gives the same bytes as long as the members stay. Thread-safe.
/// </summary>
/// <param name="replica">This member.</param>
internal sealed class AgentStart(IReplica replica)
{
    /// <summary>The bytes.</summary>
    public ImmutableArray<byte> UserData()
    {
        var endpoints = string.Join(',', replica.State.Members.Values
            .SelectMany(member => member.ClientUrls)
            .Select(url => url.Split("://")[^1].TrimEnd('/'))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal));
        return [.. JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["endpoints"] = endpoints })];
    }
}
