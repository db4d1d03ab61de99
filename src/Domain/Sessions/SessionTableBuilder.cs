using System.Collections.Immutable;
using StateServer.Domain.Digests;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;
using StateServer.Domain.Trees;

namespace StateServer.Domain.Sessions;

/// <summary>The session table while a batch is applied to it. Not thread-safe; the table it came from is never changed.</summary>
internal sealed class SessionTableBuilder
{
    private const ulong SessionSeed = 9;

    private readonly TreeBuilder<SessionById, SessionId> _byId;
    private readonly TreeBuilder<SessionByUse, SessionUse> _byUse;
    private long _count;
    private long _sizeBytes;
    private ulong _digest;

    public SessionTableBuilder(SessionTable table)
    {
        _byId = table.ById.ToBuilder();
        _byUse = table.ByUse.ToBuilder();
        _count = table.Count;
        _sizeBytes = table.SizeBytes;
        _digest = table.Digest;
    }

    /// <summary>Opens a session; its id is its place in the log.</summary>
    public void Open(long place) => Add(Measured(new SessionId(place), place, 1, []));

    /// <summary>A session with its size and digest computed from what it holds.</summary>
    public static Session Measured(SessionId id, long lastUse, long lowestUnanswered, ImmutableArray<KeptOutcome> kept)
    {
        long size = OutcomeMeasure.SessionBytes;
        ulong digest = 0;
        foreach (var one in kept)
        {
            size += SizeOf(one);
            digest += OutcomeMeasure.Hash(one, id.Value);
        }

        return new Session(id, lastUse, lowestUnanswered, kept, size, digest);
    }

#if PLANTED_ForgetSession
    /// <summary>The sessions, and none of what they were answered.</summary>
    public static SessionTable WithoutOutcomes(SessionTable table)
    {
        var forgetful = new SessionTableBuilder(SessionTable.Empty);
        for (var cursor = table.ById.AtFirst(); cursor.IsOnItem; cursor.MoveNext())
        {
            var session = cursor.Item.Session;
            forgetful.Add(Measured(session.Id, session.LastUse, session.LowestUnanswered, []));
        }

        return forgetful.ToTable();
    }
#endif

    /// <summary>Takes in a session that is not there yet, as a snapshot holds it.</summary>
    public void Add(Session session)
    {
        _byId.Seek(session.Id);
        _byId.Insert(new SessionById(session));
        Count(session, 1);
        EvictPastLimits();
    }

    /// <summary>Forgets a session; an unknown one is ignored.</summary>
    public void Close(SessionId id)
    {
        if (_byId.Seek(id))
        {
            var session = _byId.Found.Session;
            _byId.Remove();
            Count(session, -1);
        }
    }

    /// <summary>Decides whether a request is executed, and counts as a use of its session.</summary>
    /// <param name="request">The request.</param>
    /// <param name="place">Its place in the log.</param>
    /// <returns>Null to execute it; otherwise its answer: the first outcome, or why there is none.</returns>
    public Outcome? Admit(RequestId request, long place)
    {
        if (!_byId.Seek(request.Session))
        {
            return new Rejection(
                RejectionReason.SessionUnknown,
                $"there is no session {request.Session} (any more): whether this request was executed before is unknown, " +
                "and it was not executed now; open a session");
        }

        if (request.Sequence < 1 || request.LowestUnanswered > request.Sequence)
        {
            return new Rejection(
                RejectionReason.InvalidArgument,
                $"the sequence {request.Sequence} must be at least 1 and at least the lowest unanswered one, " +
                $"{request.LowestUnanswered}");
        }

        var session = Use(_byId.Found.Session, Math.Max(request.LowestUnanswered, _byId.Found.Session.LowestUnanswered), place);
        if (request.Sequence < session.LowestUnanswered)
        {
            return Forgotten(request);
        }

        var kept = Find(session.Kept, request.Sequence);
        if (kept >= 0)
        {
            return session.Kept[kept].Outcome ?? Forgotten(request);
        }

        return session.Kept.Length < SessionTable.MostOutcomes
            ? null
            : new Rejection(
                RejectionReason.TooManyUnanswered,
                $"the session keeps {SessionTable.MostOutcomes} outcomes from sequence {session.LowestUnanswered} on, and takes " +
                "no new request before the client says that it has seen some");
    }

    /// <summary>Keeps the outcome of an admitted request, if its session is still there.</summary>
    public void Keep(RequestId request, Outcome outcome)
    {
        if (!_byId.Seek(request.Session))
        {
            return;
        }

        var session = _byId.Found.Session;
        var size = OutcomeMeasure.SizeBytes(outcome);
        var kept = new KeptOutcome(request.Sequence, size > SessionTable.LargestOutcomeBytes ? null : outcome);
        var changed = session with
        {
            Kept = session.Kept.Insert(~Find(session.Kept, request.Sequence), kept),
            SizeBytes = session.SizeBytes + SizeOf(kept),
            OutcomeDigest = session.OutcomeDigest + OutcomeMeasure.Hash(kept, session.Id.Value),
        };
        _byId.Replace(new SessionById(changed));
        Count(session, -1);
        Count(changed, 1);
        EvictPastLimits();
    }

    public SessionTable ToTable() => new()
    {
        ById = _byId.ToPersistent(),
        ByUse = _byUse.ToPersistent(),
        SizeBytes = _sizeBytes,
        Digest = _digest,
    };

    /// <summary>The size of a kept outcome.</summary>
    internal static long SizeOf(KeptOutcome kept) => kept.Outcome is null ? 0 : OutcomeMeasure.SizeBytes(kept.Outcome);

    /// <summary>A session's hash in the digest.</summary>
    internal static ulong HashOf(Session session) =>
        EntityHash.Of(SessionSeed, session.Id.Value, session.LastUse, session.LowestUnanswered) + session.OutcomeDigest;

    private static Rejection Forgotten(RequestId request) =>
        new(
            RejectionReason.OutcomeForgotten,
            $"request {request.Sequence} of session {request.Session} was executed, but its outcome is no longer kept");

    private static int Find(ImmutableArray<KeptOutcome> kept, long sequence)
    {
        var low = 0;
        var high = kept.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var order = kept[middle].Sequence.CompareTo(sequence);
            if (order == 0)
            {
                return middle;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return ~low;
    }

    private Session Use(Session session, long lowestUnanswered, long place)
    {
        var kept = session.Kept;
        var size = session.SizeBytes;
        var digest = session.OutcomeDigest;
        var forgotten = 0;
        while (forgotten < kept.Length && kept[forgotten].Sequence < lowestUnanswered)
        {
            size -= SizeOf(kept[forgotten]);
            digest -= OutcomeMeasure.Hash(kept[forgotten], session.Id.Value);
            forgotten++;
        }

        var used = session with
        {
            LastUse = place,
            LowestUnanswered = lowestUnanswered,
            Kept = forgotten == 0 ? kept : kept.RemoveRange(0, forgotten),
            SizeBytes = size,
            OutcomeDigest = digest,
        };
        _byId.Replace(new SessionById(used));
        Count(session, -1);
        Count(used, 1);
        return used;
    }

    /// <summary>Adds a session to, or takes it from, the order of use and the sums.</summary>
    private void Count(Session session, int sign)
    {
        _count += sign;
        _sizeBytes += sign * session.SizeBytes;
        if (sign > 0)
        {
            _digest += HashOf(session);
            _byUse.Seek(SessionUse.Of(session));
            _byUse.Insert(new SessionByUse(session));
            return;
        }

        _digest -= HashOf(session);
        if (!_byUse.Seek(SessionUse.Of(session)))
        {
            throw new InvalidOperationException($"the session {session.Id} has no place in the order of use");
        }

        _byUse.Remove();
    }

    private void EvictPastLimits()
    {
        while (_count > SessionTable.MostSessions || _sizeBytes > SessionTable.MostBytes)
        {
            Close(_byUse.View.AtFirst().Item.Session.Id);
        }
    }
}
