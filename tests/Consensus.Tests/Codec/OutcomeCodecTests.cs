using System.Buffers;
using StateServer.Consensus.Codec;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Tests.Codec;

public sealed class OutcomeCodecTests
{
    private static readonly KeyValue Version = new(
        Samples.K("key"),
        Samples.V("value"),
        new Revision(2),
        new Revision(5),
        3,
        new LeaseId(-1))
    {
        SubRevision = 4,
    };

    private static readonly Outcome[] Outcomes =
    [
        new PutOutcome(new Revision(5), null),
        new PutOutcome(new Revision(5), Version),
        new DeleteRangeOutcome(new Revision(5), 2, [Version, Version]),
        new RangeOutcome(new Revision(5), new RangeResult([Version], true, 7)),
        new CompactOutcome(new Revision(5)),
        new DoneOutcome(new Revision(5)),
        new AddedOutcome(new Revision(5), 3, 20),
        new SessionOpenedOutcome(new SessionId(4096)),
        new Rejection(RejectionReason.FutureRevision, "a detail"),
    ];

    [Fact]
    public void Every_outcome_survives()
    {
        Assert.Equal(
            typeof(Outcome).Assembly.GetTypes().Count(type => type.IsSubclassOf(typeof(Outcome))),
            Outcomes.Select(outcome => outcome.GetType()).Distinct().Count() + 1);
        foreach (var outcome in Outcomes.Append(new TransactionOutcome(new Revision(9), true, [.. Outcomes])))
        {
            var bytes = Encode(outcome);
            var decoded = OutcomeCodec.Decode(bytes);
            Assert.Equal(outcome.GetType(), decoded.GetType());
            Assert.Equal(bytes, Encode(decoded));
            Assert.Throws<InvalidDataException>(() => OutcomeCodec.Decode(bytes.AsMemory(0, bytes.Length - 1)));
            Assert.Throws<InvalidDataException>(() => OutcomeCodec.Decode((byte[])[.. bytes, 0]));
        }

        Assert.Equal(Version, ((PutOutcome)OutcomeCodec.Decode(Encode(Outcomes[1]))).Previous);
    }

    [Fact]
    public void An_unknown_tag_names_both_versions() =>
        Assert.Throws<UnknownFormatException>(() => OutcomeCodec.Decode((byte[])[0x92, 0x63, 0x01]));

    private static byte[] Encode(Outcome outcome)
    {
        var buffer = new ArrayBufferWriter<byte>();
        OutcomeCodec.Encode(buffer, outcome);
        return buffer.WrittenSpan.ToArray();
    }
}
