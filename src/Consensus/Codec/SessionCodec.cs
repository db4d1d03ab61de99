using System.Collections.Immutable;
using MessagePack;
using StateServer.Domain.Identity;
using StateServer.Domain.Sessions;

namespace StateServer.Consensus.Codec;

/// <summary>A session with its outcomes, as snapshots hold it. Sizes and hashes aren't stored: the reader computes them anew.</summary>
internal static class SessionCodec
{
    private const int SessionFields = 4;
    private const int KeptFields = 2;

    public static void Write(ref MessagePackWriter writer, Session session)
    {
        writer.WriteArrayHeader(SessionFields);
        writer.Write(session.Id.Value);
        writer.Write(session.LastUse);
        writer.Write(session.LowestUnanswered);
        writer.WriteArrayHeader(session.Kept.Length);
        foreach (var kept in session.Kept)
        {
            writer.WriteArrayHeader(KeptFields);
            writer.Write(kept.Sequence);
            if (kept.Outcome is null)
            {
                writer.WriteNil();
            }
            else
            {
                OutcomeCodec.Write(ref writer, kept.Outcome);
            }
        }
    }

    public static Session Read(ref FieldReader reader)
    {
        reader.Fields(SessionFields, "a session");
        var id = new SessionId(reader.Int64());
        var lastUse = reader.Int64();
        var lowestUnanswered = reader.Int64();
        var kept = ImmutableArray.CreateBuilder<KeptOutcome>(reader.List());
        for (var i = kept.Capacity; i > 0; i--)
        {
            reader.Fields(KeptFields, "a kept outcome");
            var sequence = reader.Int64();
            kept.Add(new KeptOutcome(sequence, reader.TryNil() ? null : OutcomeCodec.Read(ref reader)));
        }

        return SessionTableBuilder.Measured(id, lastUse, lowestUnanswered, kept.MoveToImmutable());
    }
}
