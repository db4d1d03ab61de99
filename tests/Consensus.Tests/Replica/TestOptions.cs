namespace StateServer.Consensus.Tests.Replica;

/// <summary>Options of one of the members 1 to n.</summary>
internal static class TestOptions
{
    /// <summary>Gives the member at one place a short request timeout, for what is meant to time out there.</summary>
    public static Func<ReplicaOptions, ReplicaOptions> ShortAt(int place) => options => (int)options.Id.Value == place + 1
        ? options with { RequestTimeout = TimeSpan.FromMilliseconds(400) }
        : options;

    public static ReplicaOptions Of(int member, int members = 3) => new()
    {
        DataFolder = "/nowhere",
        Id = new((ulong)member),
        Cluster = new(77),
        Name = $"m{member}",
        Zone = new($"zone-{member}"),
        PeerAddress = $"127.0.0.1:{member}",
        ClientUrls = [$"http://127.0.0.1:{1000 + member}"],
        InitialMembers = [.. Enumerable.Range(1, members).Select(id => new InitialMember(new((ulong)id), $"m{id}", $"127.0.0.1:{id}"))],
        Version = "1.0",
        RequestTimeout = TimeSpan.FromSeconds(30),
    };
}
