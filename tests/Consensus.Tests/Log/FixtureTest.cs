using System.Runtime.CompilerServices;
using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Snapshots;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Log;

/// <summary>
/// A data folder as format 1 wrote it, committed beside this file. It must be read by the code of the day, and the code of the day
/// must write the same bytes: a format can't change unseen. To change one on purpose, raise its number, keep reading the old one,
/// and add a new fixture: run this class once with STATESERVER_REWRITE_FIXTURES=1 and look at the difference.
/// </summary>
public sealed class FixtureTest : IDisposable
{
    private static readonly FolderIdentity Identity = new()
    {
        Cluster = new ClusterId(11),
        Node = new NodeId(22),
        Folder = new FolderId(33),
        IsComplete = true,
        Pins = FolderIdentity.NoPins.Add(new NodeId(44), new FolderId(55)),
        FirstConfiguration = [1, 2, 3],
        RetiredReason = "never: a fixture",
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_code_of_the_day_reads_the_fixture()
    {
        Copy(Fixtures(), _folder.Path);
        using LogStore log = Logs.Open(_folder.File("log"), Options() with { MustExist = true });
        Assert.Equal((1, 14, 12), (log.FirstIndex, log.LastIndex, log.RecoveredCommitIndex));
        Logs.AssertSame(Expected(), log.ReadAll());
        using VoteStore votes = VoteStore.Open(_folder.File("vote"), LibcDisk.Instance);
        Assert.Equal(new Vote(4, new NodeId(22)), votes.Current);
        FolderIdentity identity = IdentityStore.Open(_folder.File("identity"), LibcDisk.Instance).Current;
        Assert.Equal(IdentityFormat.Encode(Identity), IdentityFormat.Encode(identity));
        using SnapshotStore snapshots = OpenSnapshots(_folder.File("snapshots"));
        Assert.Equal(new EntryPosition(9, 3), snapshots.Newest!.Position);
        Assert.Equal([4, 5, 6], snapshots.Newest.Configuration.ToArray());
        Assert.Equal(6, snapshots.Newest.ConfigurationIndex);
        using Stream content = snapshots.Open(snapshots.Newest);
        byte[] state = new byte[State().Length + 1];
        Assert.Equal(State().Length, content.Read(state));
        Assert.Equal(State(), state[..^1]);
    }

    [Fact]
    public void The_code_of_the_day_writes_the_fixture_byte_for_byte()
    {
        Write(_folder.Path);
        if (Environment.GetEnvironmentVariable("STATESERVER_REWRITE_FIXTURES") == "1")
        {
            Copy(_folder.Path, Sources());
            Copy(_folder.Path, Fixtures());
        }

        string[] written = [.. FilesIn(_folder.Path)];
        Assert.Equal(FilesIn(Fixtures()), written);
        foreach (string name in written)
        {
            Assert.True(
                File.ReadAllBytes(_folder.File(name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(Fixtures(), name))),
                $"{name} is written otherwise than the committed fixture");
        }
    }

    private static void Write(string folder)
    {
        using (LogStore log = Logs.Open(Path.Combine(folder, "log"), Options()))
        {
            LogRecord[] all = Expected();
            log.AppendSynced(all[0]);
            log.Append(all.AsSpan(1..5), 0);
            log.Sync();
            log.AppendSynced(Logs.Records(6, 3, 2));
            log.TruncateSuffix(6);
            log.Append(all.AsSpan(5..9), 5);
            log.Append(all.AsSpan(9..14), 12);
            log.Sync();
        }

        foreach (string spare in Directory.GetFiles(Path.Combine(folder, "log"), "spare-*"))
        {
            File.Delete(spare);
        }

        using (VoteStore votes = VoteStore.Create(Path.Combine(folder, "vote"), LibcDisk.Instance))
        {
            votes.Save(3, default);
            votes.Save(4, new NodeId(22));
        }

        File.WriteAllBytes(Path.Combine(folder, "identity"), IdentityFormat.Encode(Identity));
        using SnapshotStore snapshots = OpenSnapshots(Path.Combine(folder, "snapshots"));
        using SnapshotWriter writer = snapshots.Begin(new EntryPosition(9, 3), new byte[] { 4, 5, 6 }, 6);
        writer.Write(State());
        writer.Commit();
    }

    /// <summary>All kinds, empty and full payloads, several terms, and enough for two segments.</summary>
    private static LogRecord[] Expected() =>
    [
        Logs.Record(1, 1, 0, RecordKind.Barrier),
        Logs.Record(2, 1, 31),
        Logs.Record(3, 1, 32),
        Logs.Record(4, 2, 33),
        Logs.Record(5, 2, 0),
        Logs.Record(6, 3, 17, RecordKind.Configuration),
        .. Logs.Records(7, 6, 3, 700),
        .. Logs.Records(13, 2, 4, 1),
    ];

    private static byte[] State() => [.. Enumerable.Range(0, 777).Select(place => (byte)(place * place))];

    private static LogStoreOptions Options() => Logs.Options() with
    {
        SegmentBytes = 8192,
        PrepareInBackground = false,
        Salt = () => 0x0102030405060708,
    };

    private static SnapshotStore OpenSnapshots(string folder) =>
        SnapshotStore.Open(folder, new SnapshotStoreOptions { Cluster = new ClusterId(11) });

    private static string Fixtures() => Path.Combine(AppContext.BaseDirectory, "Log", "fixtures", "format-1");

    private static string Sources([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "fixtures", "format-1");

    private static IEnumerable<string> FilesIn(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path))
            .Order(StringComparer.Ordinal)
        : [];

    private static void Copy(string from, string to)
    {
        foreach (string name in FilesIn(from))
        {
            string target = Path.Combine(to, name);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(from, name), target, overwrite: true);
        }
    }
}
