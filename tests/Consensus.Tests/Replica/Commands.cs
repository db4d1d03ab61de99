using System.Text;
using StateServer.Consensus.Replica;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Operations;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Tests.Replica;

/// <summary>The few commands that these tests propose, and how to look at what became of them.</summary>
internal static class Commands
{
    public static Command Put(string key, string value = "v") => new KeyspaceCommand(
        new PutOperation(new(Encoding.UTF8.GetBytes(key)), Encoding.UTF8.GetBytes(value)));

    public static Command Delete(string key) => new KeyspaceCommand(
        new DeleteRangeOperation(new KeyRange(new(Encoding.UTF8.GetBytes(key)), default)));

    public static async Task<Outcome> ProposeAsync(this LocalReplica replica, Command command)
        => await replica.ProposeAsync(command, null, CancellationToken.None);

    /// <summary>How many times a key was written; 0 where it is not there.</summary>
    public static long VersionOf(this ReplicatedState state, string key)
    {
        var query = new RangeQuery { Range = new(new(Encoding.UTF8.GetBytes(key)), default) };
        Assert.Null(state.Keyspace.TryRange(query, out var result));
        return result!.KeyValues.Length == 0 ? 0 : result.KeyValues[0].Version;
    }
}
