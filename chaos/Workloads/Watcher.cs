using System.Collections.Concurrent;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>Follows one range through one watch after the other, each from the revision behind the last one told. Used by one task.</summary>
/// <param name="name">Its name in reports.</param>
/// <param name="aim">What it follows.</param>
/// <param name="firstRevision">The first revision it asks for; 0 for what comes next.</param>
internal sealed class Watcher(string name, WatchAim aim, long firstRevision)
{
    private readonly List<WatchSpan> _spans = [];
    private long _next = firstRevision;

    public string Name => name;

    public WatchAim Aim => aim;

    /// <summary>All watches so far; the last one may go on.</summary>
    public IReadOnlyList<WatchSpan> Spans => _spans;

    /// <summary>The last revision that it was told of as a whole.</summary>
    public long Reached => Math.Max(_spans.Select(s => s.LastRevision).DefaultIfEmpty().Max(), Next - 1);

    private long Next => _spans is not [.., var last] ? _next
        : Math.Max(_next, Math.Max(last.LastRevision > 0 ? last.LastRevision + 1 : 0, last.FirstRevision ?? 0));

    /// <summary>Begins the next watch at a member, and gives the request for it.</summary>
    /// <param name="member">The member.</param>
    /// <param name="id">The id to ask for; 0 lets the member choose.</param>
    /// <param name="isNotified">Whether the member is to notify of progress by itself.</param>
    public WatchCreateRequest Begin(string member, long id, bool isNotified)
    {
        _next = Next;
        if (_spans is [.., { CompactRevision: { } compacted }] && compacted > _next)
        {
            _next = compacted;
        }

        _spans.Add(new WatchSpan(name, member, aim, _next));
        var request = new WatchCreateRequest
        {
            Key = MemberClient.Bytes(aim.Key),
            StartRevision = _next,
            PrevKv = aim.WithBefore,
            Fragment = aim.InFragments,
            WatchId = id,
            ProgressNotify = isNotified,
        };
        if (aim.End is { } end)
        {
            request.RangeEnd = MemberClient.Bytes(end);
        }

        if (aim.WithoutPuts)
        {
            request.Filters.Add(WatchCreateRequest.Types.FilterType.Noput);
        }

        if (aim.WithoutDeletes)
        {
            request.Filters.Add(WatchCreateRequest.Types.FilterType.Nodelete);
        }

        return request;
    }

    /// <summary>Takes in events, or a notification of progress.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="pool">Equal changes are kept once, however many are told of them.</param>
    public void Take(WatchResponse response, ConcurrentDictionary<KeyChange, KeyChange> pool) => _spans[^1].Add(new WatchAnswer(
        response.Header.Revision,
        response.Fragment,
        [.. response.Events.Select(WatchReading.Change).Select(change => pool.GetOrAdd(change, change))],
        WorkloadContext.Now));
}
