using StateServer.Domain.Identity;
using StateServer.Environments;
using StateServer.StateServer.Tests.Local;

namespace StateServer.StateServer.Tests.Environments;

/// <summary>How an environment is reached: remembered for this user alone, whole or not at all, and never for another environment.</summary>
public sealed class EnvironmentReachStoreTests : IDisposable
{
    private static readonly EnvironmentId Id = new(ulong.MaxValue);
    private static readonly ClusterId Cluster = new(8);

    private readonly TemporaryFolder _folder = new();

    private EnvironmentReachStore Store => new(new ConfigurationFolder(_folder.Below("configuration")));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_and_forgotten()
    {
        Assert.Null(Store.Read("a"));
        Assert.False(Store.Has("a"));
        Store.Write(EnvironmentReach.Of("a", Id, Cluster, ["h:2", "h:1", "https://h:3", "h:2"]));
        EnvironmentReach read = Store.Read("a")!;
        Assert.True(Store.Has("a"));
        Assert.Equal((Id, "8"), (read.Id, read.ClusterId));
        Assert.Equal(["h:1", "h:2", "https://h:3"], read.Endpoints);
        Store.Remove("a");
        Store.Remove("a");
        Assert.Null(Store.Read("a"));
    }

    [Fact]
    public void The_file_is_for_this_user_alone_and_leaves_nothing_beside_it()
    {
        Store.Write(EnvironmentReach.Of("a", Id, Cluster, ["h:1"]));
        Store.Write(EnvironmentReach.Of("a", Id, Cluster, ["h:2"]));
        string path = Store.PathOf("a");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, TemporaryFolder.ModeOf(path));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, TemporaryFolder.ModeOf(Path.GetDirectoryName(path)!));
        Assert.Equal([path], Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_refresh_takes_over_new_addresses_and_a_restored_cluster()
    {
        Store.Write(EnvironmentReach.Of("a", Id, Cluster, ["h:1"]));
        Assert.True(Store.Refresh("a", Id, Cluster, ["h:3", "h:2"]));
        Assert.Equal(["h:2", "h:3"], Store.Read("a")!.Endpoints);
        Assert.False(Store.Refresh("a", Id, Cluster, ["h:2", "h:3"]));
        Assert.True(Store.Refresh("a", Id, new ClusterId(9), ["h:2", "h:3"]));
        Assert.Equal("9", Store.Read("a")!.ClusterId);
    }

    [Fact]
    public void A_refresh_for_another_environment_or_without_members_changes_nothing()
    {
        Assert.False(Store.Refresh("a", Id, Cluster, ["h:1"]));
        Assert.Null(Store.Read("a"));
        Store.Write(EnvironmentReach.Of("a", Id, Cluster, ["h:1"]));
        Assert.False(Store.Refresh("a", new EnvironmentId(1), Cluster, ["h:9"]));
        Assert.False(Store.Refresh("a", Id, Cluster, []));
        Assert.Equal(["h:1"], Store.Read("a")!.Endpoints);
    }

    [Fact]
    public void A_write_that_fails_leaves_what_was_known()
    {
        Store.Write(EnvironmentReach.Of("a", Id, Cluster, ["h:1"]));
        string path = Store.PathOf("a");
        File.Delete(path);
        Directory.CreateDirectory(Path.Combine(path, "in the way"));
        Assert.ThrowsAny<IOException>(() => Store.Write(EnvironmentReach.Of("a", Id, Cluster, ["h:2"])));
        Assert.Equal([path], Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void There_is_a_limit_to_the_addresses()
    {
        Store.Write(EnvironmentReach.Of("a", Id, Cluster, Enumerable.Range(1000, 65).Select(p => $"h:{p}")));
        Assert.Equal(64, Store.Read("a")!.Endpoints.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://")]
    [InlineData("0.0.0.0:1")]
    [InlineData("h")]
    public void What_is_not_whole_is_not_written(string endpoint)
    {
        Assert.Throws<ArgumentException>(() => Store.Write(EnvironmentReach.Of("a", Id, Cluster, [endpoint])));
        Assert.Throws<ArgumentException>(() => Store.Write(EnvironmentReach.Of("a", default, Cluster, ["h:1"])));
        Assert.Throws<ArgumentException>(() => Store.Write(EnvironmentReach.Of("a", Id, Cluster, [])));
        Assert.Throws<ArgumentException>(() => Store.Write(EnvironmentReach.Of("../a", Id, Cluster, ["h:1"])));
        Assert.False(Store.Has("a"));
    }

    [Theory]
    [InlineData("{", "is damaged")]
    [InlineData("null", "is damaged")]
    [InlineData("{}", "is damaged")]
    [InlineData("""{"formatVersion":1,"environment":"b","environmentId":"1","clusterId":"1","endpoints":["h:1"]}""", "is damaged")]
    [InlineData("""{"formatVersion":1,"environment":"a","environmentId":"0","clusterId":"1","endpoints":["h:1"]}""", "is damaged")]
    [InlineData("""{"formatVersion":1,"environment":"a","environmentId":"1","clusterId":"x","endpoints":["h:1"]}""", "is damaged")]
    [InlineData("""{"formatVersion":1,"environment":"a","environmentId":"1","clusterId":"1","endpoints":[null]}""", "is damaged")]
    [InlineData("""{"formatVersion":1,"environment":"a","environmentId":"1","clusterId":"1","endpoints":[]}""", "is damaged")]
    [InlineData("""{"formatVersion":2}""", "has format 2, this executable knows up to 1; use the newer executable")]
    public void A_damaged_file_is_named(string text, string complaint)
    {
        string path = Store.PathOf("a");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        string message = Assert.Throws<IOException>(() => Store.Read("a")).Message;
        Assert.StartsWith($"{path} {complaint}", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
