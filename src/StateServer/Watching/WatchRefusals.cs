namespace StateServer.Watching;

/// <summary>Why a watch is not made, in etcd's words where etcd has any: clients compare them.</summary>
internal static class WatchRefusals
{
    /// <summary>The start lies before what can be watched at all.</summary>
    internal const string Compacted = "etcdserver: mvcc: required revision has been compacted";

    /// <summary>The range's end is not behind its start.</summary>
    internal const string EmptyRange = "mvcc: watcher range is empty";

    /// <summary>The stream has a watch of that id.</summary>
    internal const string DuplicateId = "mvcc: duplicate watch ID provided on the WatchStream";

    /// <summary>The member has as many watches as it may.</summary>
    internal static string TooMany(int most) =>
        $"stateserver: this member has {most} watches, and may have no more: cancel some, ask another member or raise --max-watches";
}
