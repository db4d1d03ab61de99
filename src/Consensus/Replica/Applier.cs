using Microsoft.Extensions.Logging;
using StateServer.Consensus.Codec;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Raft;
using StateServer.Domain.Apply;
#if PLANTED_ForgetSession
using StateServer.Domain.Sessions;
#endif

namespace StateServer.Consensus.Replica;

/// <summary>
/// Turns committed entries into states: decodes, applies, swaps the state in, then answers this member's proposals and wakes who
/// waits for the index. Called by the Raft core from one thread at a time; the state may be read from any.
/// </summary>
/// <param name="queue">This member's open proposals.</param>
/// <param name="digests">Where digests are kept for comparison.</param>
/// <param name="time">The clock, for the metrics.</param>
/// <param name="logger">The log.</param>
internal sealed class Applier(ProposalQueue queue, DigestRing digests, TimeProvider time, ILogger<Applier> logger)
    : IEntryApplier
{
    private AppliedPoint _point = new(0, 0, ReplicatedState.Empty);
    private long _appliedBytes;

    /// <summary>Raised after each entry that carried commands and after each restore, on the applying thread, after the state was
    /// swapped in and the proposals were answered. Handlers return at once and don't throw.</summary>
    public event Action<AppliedEntry>? Applied;

    /// <summary>Raised after each call of <see cref="Apply"/> and <see cref="Restore"/>; handlers return at once and don't throw.</summary>
    public event Action? Advanced;

    /// <summary>How far the log is applied, and the state there.</summary>
    public AppliedPoint Point => Volatile.Read(ref _point);

    /// <inheritdoc/>
    public long AppliedIndex => Point.Index;

    /// <summary>Bytes of the payloads applied since the process started.</summary>
    public long AppliedBytes => Volatile.Read(ref _appliedBytes);

    /// <summary>Those who wait for an index.</summary>
    public IndexWaiters Waiters { get; } = new();

    /// <inheritdoc/>
    public void Apply(IReadOnlyList<CommittedEntry> entries)
    {
        var started = time.GetTimestamp();
        for (var i = 0; i < entries.Count; i++)
        {
            ApplyOne(entries[i]);
        }

        Waiters.Reached(Point.Index);
        Advanced?.Invoke();
        ApplyMeter.Applied(entries.Count, time.GetElapsedTime(started));
    }

    /// <inheritdoc/>
    public void Restore(long index, long term, Stream content)
    {
        var started = time.GetTimestamp();
        var state = StateSnapshotCodec.Read(content);
        Volatile.Write(ref _point, new AppliedPoint(index, term, state));
        queue.Restored(term);
        digests.Forget();
        Waiters.Reached(index);
        Applied?.Invoke(new(index, state, [], IsRestore: true));
        Advanced?.Invoke();
        ApplyLog.Restored(logger, index, state.Keyspace.Revision.Value, time.GetElapsedTime(started));
    }

    private void ApplyOne(in CommittedEntry entry)
    {
#if PLANTED_ForgetSession
        if (entry.Term != Point.Term)
        {
            _point = _point with { State = _point.State with { Sessions = SessionTableBuilder.WithoutOutcomes(_point.State.Sessions) } };
        }
#endif
        var before = Point;
        if (entry.Index != before.Index + 1 || entry.Term < before.Term)
        {
            throw new InvalidOperationException(
                $"entry {entry.Index} of term {entry.Term} was handed over behind {before.Index} of term {before.Term}");
        }

        if (!entry.Voters.IsDefault)
        {
            ApplyVoters(entry, before.State);
        }
        else if (entry.Payload.IsEmpty)
        {
            Volatile.Write(ref _point, before with { Index = entry.Index, Term = entry.Term });
            digests.Observe(entry.Index, before.State);
        }
        else
        {
            ApplyCommands(entry, before.State);
        }

        if (entry.Term != before.Term)
        {
            queue.TermApplied(entry.Term);
        }
    }

    /// <summary>A configuration entry tells the state who votes from here on, in log order.</summary>
    private void ApplyVoters(in CommittedEntry entry, ReplicatedState state)
    {
        try
        {
            var result = StateMachine.ApplyVoters(state, entry.Index, [.. entry.Voters]);
            Volatile.Write(ref _point, new AppliedPoint(entry.Index, entry.Term, result.State));
            digests.Observe(entry.Index, result.State);
            if (!ReferenceEquals(result.State, state))
            {
                Applied?.Invoke(new(entry.Index, result.State, result.Events, IsRestore: false) { LeaseChanges = result.LeaseChanges });
            }
        }
        catch (Exception e)
        {
            ApplyLog.Failed(logger, entry.Index, e);
            throw;
        }
    }

    private void ApplyCommands(in CommittedEntry entry, ReplicatedState state)
    {
        try
        {
            var batch = BatchCodec.Decode(entry.Payload);
            var result = StateMachine.Apply(state, entry.Index, entry.Term, batch);
            Volatile.Write(ref _point, new AppliedPoint(entry.Index, entry.Term, result.State));
            Volatile.Write(ref _appliedBytes, _appliedBytes + entry.Payload.Length);
            digests.Observe(entry.Index, result.State);
            queue.Complete(batch.Items, result.Outcomes);
            Applied?.Invoke(new(entry.Index, result.State, result.Events, IsRestore: false)
            {
                LeaseChanges = result.LeaseChanges,
            });
        }
        catch (UnknownFormatException e)
        {
            ApplyLog.UnknownFormat(logger, entry.Index, e.Message);
            throw;
        }
        catch (Exception e)
        {
            ApplyLog.Failed(logger, entry.Index, e);
            throw;
        }
    }
}
