using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Tests;

/// <summary>The checker of watches: what it lets pass, and each broken promise that it must find.</summary>
public sealed class WatchCheckerTests
{
    private static readonly WatchAim All = new("k/") { End = "k0", WithBefore = true };

    private static readonly KeyVersion A2 = new("v2", 2, 2, 1);
    private static readonly KeyVersion B2 = new("v2", 2, 2, 1);
    private static readonly KeyVersion A3 = new("v3", 2, 3, 2);
    private static readonly KeyVersion A5 = new("v5", 5, 5, 1);

    /// <summary>Revision 2 puts a and b, 3 puts a, 4 deletes a, 5 creates it anew and deletes b.</summary>
    private static readonly KeyChange[] History =
    [
        new(2, "k/a", A2, null),
        new(2, "k/b", B2, null),
        new(3, "k/a", A3, A2),
        new(4, "k/a", null, A3),
        new(5, "k/a", A5, null),
        new(5, "k/b", null, B2),
    ];

    private static readonly TrackedWrite[] Writes =
    [
        Write(2, ["k/a", "k/b"]),
        Write(3, ["k/a"]),
        Write(4, [], "k/a"),
        Write(5, ["k/a"], "k/b"),
    ];

    [Fact]
    public void Watches_hold_whole_resumed_late_filtered_in_fragments_and_with_progress()
    {
        WatchSpan whole = Span(All, 2, [History[0], History[1]], [History[2]], [History[3], History[4], History[5]]);
        whole.Add(new WatchAnswer(9, false, []));
        WatchSpan first = Span(All, 2, [History[0], History[1]]);
        first.Add(new WatchAnswer(2, false, []));
        WatchSpan resumed = Span(All, 3, [History[2], History[3]]);
        WatchSpan now = new("now", "m1", new WatchAim("k/a"), 0) { ConfirmedAt = 3 };
        now.Add(Answer(History[3] with { Before = null }));
        WatchSpan puts = Span(All with { WithoutDeletes = true }, 3, [History[2], History[4]]);
        WatchSpan split = Span(All with { InFragments = true }, 2);
        split.Add(new WatchAnswer(5, true, [History[0]]));
        split.Add(new WatchAnswer(5, true, [History[1], History[2], History[3], History[4]]));
        Verdict verdict = Check([whole, first, resumed, now, puts, split], [Read(1), Read(4, ("k/b", B2)), Read(9, ("k/a", A5))]);
        Assert.True(verdict.Conclusion == Conclusion.Holds, verdict.Detail);
        Assert.Contains("6 events in 4 revisions, told alike to 3 watchers", verdict.Detail, StringComparison.Ordinal);
        Assert.Contains("3 reads of past revisions agree; 0 gaps", verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Behind_a_gap_keys_are_learned_anew_and_a_compacted_one_before_may_be_missing()
    {
        WatchSpan early = Span(All, 2, [History[0], History[1]]);
        early.CompactRevision = 4;
        WatchSpan late = Span(All, 4, [History[3] with { Before = null }, History[4], History[5]]);
        Verdict verdict = Check([early, late], [Read(5, ("k/a", A5))], compactedTo: 4);
        Assert.True(verdict.Conclusion == Conclusion.Holds, verdict.Detail);
        Assert.Contains("1 cancelled as compacted", verdict.Detail, StringComparison.Ordinal);
        Assert.Contains("1 gaps", verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_writes_may_be_told_of_or_not()
    {
        TrackedWrite[] unknown = [.. Writes.Select((w, n) => n is 1 or 2 ? w with { Status = OperationStatus.Unknown, Revision = 0 } : w)];
        Verdict verdict = Check([Full()], [], unknown.Append(Write(0, ["k/z"]) with { Status = OperationStatus.Unknown, Puts = new Dictionary<string, string> { ["k/z"] = "zz" } }));
        Assert.True(verdict.Conclusion == Conclusion.Holds, verdict.Detail);
    }

    [Fact]
    public void Events_out_of_order_are_found_out() => Broken("broke Ordered", Span(All, 2, [History[0], History[1]], [History[3]], [History[2]]));

    [Fact]
    public void An_event_told_twice_is_found_out()
    {
        Broken("broke Unique", Span(All, 2, [History[0], History[1], History[1]]));
        Broken("came in two answers", Span(All, 2, [History[0], History[1]], [History[0], History[1], History[2]]));
    }

    [Fact]
    public void A_revision_split_over_answers_is_found_out()
    {
        Broken("broke Atomic: the events of revision 2", Span(All, 2, [History[0]], [History[1]]));
        WatchSpan unasked = Span(All, 2);
        unasked.Add(new WatchAnswer(2, true, [History[0]]));
        Broken("none were asked for", unasked);
        WatchSpan between = Span(All with { InFragments = true }, 2);
        between.Add(new WatchAnswer(2, true, [History[0]]));
        between.Add(new WatchAnswer(2, false, []));
        Broken("between the fragments", between);
    }

    [Fact]
    public void Progress_that_events_follow_or_that_goes_back_is_found_out()
    {
        WatchSpan overtaken = Span(All, 2, [History[0], History[1]]);
        overtaken.Add(new WatchAnswer(3, false, []));
        overtaken.Add(Answer(History[2]));
        Broken("broke Bookmarkable: 3:put k/a=v3 came after progress was at 3", overtaken);
        WatchSpan back = Span(All, 2);
        back.Add(new WatchAnswer(5, false, []));
        back.Add(new WatchAnswer(4, false, []));
        Broken("and was at 5", back);
        WatchSpan behind = Span(All, 2, [History[0], History[1], History[2]]);
        behind.Add(new WatchAnswer(2, false, []));
        Broken("after an event of 3", behind);
    }

    [Fact]
    public void Progress_past_an_event_that_never_came_is_found_out()
    {
        WatchSpan skipped = Span(All, 2, [History[0], History[1]]);
        skipped.Add(new WatchAnswer(4, false, []));
        Broken("broke Reliable: 3:put k/a=v3 is missing", skipped, Full());
    }

    [Fact]
    public void A_missing_event_is_found_out_in_the_middle_and_where_a_watch_resumes()
    {
        Broken("broke Reliable: 4:delete k/a came where 3:put", Span(All, 2, [History[0], History[1]], [History[3]]), Full());
        Broken("broke Resumable: 4:delete k/a came where 3:put", Span(All, 3, [History[3]]), Full());
        Broken("broke Reliable: 3:put k/a=v3 came where 2:put k/b", Span(All, 2, [History[0]], [History[2]]), Full());
    }

    [Fact]
    public void Events_before_the_revision_asked_for_or_not_asked_for_are_found_out()
    {
        Broken("broke Resumable: 2:put k/a=v2 came, and 3 is the first", Span(All, 3, [History[0]]));
        Broken("broke Filter", Span(All with { WithoutDeletes = true }, 2, [History[0], History[1]], [History[2]], [History[3]]));
        Broken("broke Filter", Span(new WatchAim("k/b") { WithBefore = true }, 2, [History[0]]));
    }

    [Fact]
    public void An_event_newer_than_its_answer_is_found_out()
    {
        WatchSpan early = Span(All, 2);
        early.Add(new WatchAnswer(1, false, [History[0], History[1]]));
        Broken("in an answer of revision 1", early);
    }

    [Fact]
    public void What_no_watch_told_is_found_out_by_versions_writers_and_reads()
    {
        Broken("broke Reliable: 3:put k/a=v3 has version 3, created at 2, behind version 1", Span(All, 2, [History[0], History[1]], [History[2] with { Now = A3 with { Version = 3 } }]));
        WatchSpan lost = Span(All, 2, [History[0], History[1]], [History[2]], [History[4], History[5]]);
        Broken("the acknowledged write of revision 4: broke Reliable: no watch told of k/a", lost);
        Verdict read = Check([Span(All, 2, [History[0], History[1]], [History[2]])], [Read(3, ("k/a", A3))]);
        Assert.Contains("a read at revision 3 found no k/b", read.Detail, StringComparison.Ordinal);
        Assert.Contains("found KeyVersion", Check([Full()], [Read(5, ("k/a", A5), ("k/c", A5))]).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_key_before_an_event_is_found_out()
    {
        Broken("broke PrevKV", Span(All, 2, [History[0], History[1]], [History[2] with { Before = A3 }]));
        Broken("broke PrevKV", Span(All, 2, [History[0], History[1]], [History[2] with { Before = null }]));
        Broken("broke PrevKV", Span(All, 2, [History[0] with { Before = A3 }, History[1]]));
        Broken("not asked for", Span(All with { WithBefore = false }, 2, [History[0], History[1]], [History[2]]));
    }

    [Fact]
    public void A_creation_that_is_none_or_is_not_told_as_one_is_found_out()
    {
        Broken("broke IsCreate: 3:put k/a=v3 has version 2 and create revision 3", Span(All, 2, [History[0], History[1]], [History[2] with { Now = A3 with { CreateRevision = 3 } }]));
        Broken("creates a key that was there", Span(All, 2, [History[0], History[1]], [History[2] with { Now = A3 with { CreateRevision = 3, Version = 1 } }]));
        Broken("changes a key that was absent", Span(All, 2, [History[0] with { Now = A2 with { CreateRevision = 1, Version = 2 } }, History[1]]));
        Broken("has the mod revision 7", Span(All, 2, [History[0] with { Now = A2 with { ModRevision = 7 } }, History[1]]));
    }

    [Fact]
    public void Watches_that_disagree_are_found_out() =>
        Broken("was told, and 3:put k/a=v3", Full(), Span(All, 3, [History[2] with { Now = A3 with { Value = "v9" } }]));

    [Fact]
    public void Invented_repeated_and_failed_writes_are_found_out()
    {
        Assert.Contains("failed or was never written", Check([Full()], [], Writes.Skip(1)).Detail, StringComparison.Ordinal);
        Assert.Contains("failed or was never written", Check([Full()], [], [Writes[0] with { Status = OperationStatus.Fail, Revision = 0 }, .. Writes.Skip(1)]).Detail, StringComparison.Ordinal);
        Assert.Contains("nobody deleted it", Check([Full()], [], [.. Writes.Where(w => w.Revision != 4)]).Detail, StringComparison.Ordinal);
        WatchSpan again = Span(All, 2, [History[0], History[1]], [new KeyChange(3, "k/a", A3 with { Value = "v2" }, A2)]);
        Assert.Contains("told of at 2 before", Check([again], [], [Writes[0] with { Status = OperationStatus.Unknown, Revision = 0 }]).Detail, StringComparison.Ordinal);
        Assert.Contains("acknowledged with revision 3", Check([Span(All, 2, [new KeyChange(2, "k/a", A2 with { Value = "v3" }, null)])], [], [Writes[1]]).Detail, StringComparison.Ordinal);
        Assert.Contains("two writes were acknowledged", Check([Full()], [], [.. Writes, Writes[3] with { Puts = new Dictionary<string, string> { ["k/q"] = "q" } }]).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deletion_of_what_was_not_there_is_found_out() =>
        Assert.Contains(
            "and the key was not there",
            Check([Span(All, 2, [new KeyChange(2, "k/c", null, null)])], [], [Write(0, [], "k/c") with { Status = OperationStatus.Unknown }]).Detail,
            StringComparison.Ordinal);

    [Fact]
    public void A_cancellation_as_compacted_without_reason_is_found_out()
    {
        WatchSpan never = Full();
        never.CompactRevision = 8;
        Assert.Contains("0 is the compact revision at the end", Check([never], []).Detail, StringComparison.Ordinal);
        WatchSpan past = Full();
        past.CompactRevision = 5;
        Assert.Contains("which it was past", Check([past], [], compactedTo: 5).Detail, StringComparison.Ordinal);
    }

    private static WatchSpan Full() => Span(All, 2, [History[0], History[1]], [History[2]], [History[3]], [History[4], History[5]]);

    private static void Broken(string why, params WatchSpan[] spans)
    {
        Verdict verdict = Check(spans, []);
        Assert.Equal(Conclusion.Violated, verdict.Conclusion);
        Assert.Contains(why, verdict.Detail, StringComparison.Ordinal);
    }

    private static Verdict Check(WatchSpan[] spans, PastRead[] reads, IEnumerable<TrackedWrite>? writes = null, long compactedTo = 0) => WatchChecker.Check(new WatchEvidence
    {
        Whole = All,
        EmptyAt = 1,
        CompactedTo = compactedTo,
        Spans = spans,
        Writes = [.. writes ?? Writes],
        Reads = reads,
    });

    private static WatchSpan Span(WatchAim aim, long from, params KeyChange[][] answers)
    {
        var span = new WatchSpan(aim.WithoutDeletes ? "puts" : "w", "m0", aim, from) { ConfirmedAt = 1 };
        foreach (KeyChange[] changes in answers)
        {
            span.Add(Answer(changes));
        }

        return span;
    }

    private static WatchAnswer Answer(params KeyChange[] changes) => new(changes[^1].Revision, false, changes);

    private static PastRead Read(long revision, params (string Key, KeyVersion Version)[] keys) => new(revision, keys.ToDictionary(k => k.Key, k => k.Version));

    private static TrackedWrite Write(long revision, string[] puts, params string[] deletes) =>
        new(OperationStatus.Ok, revision, puts.ToDictionary(k => k, _ => $"v{revision}"), deletes);
}
