using System.Buffers;
using MessagePack;
using StateServer.Consensus.Codec;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Keyspace.Operations;

namespace StateServer.Consensus.Tests.Codec;

public sealed class BatchCodecTests
{
    [Fact]
    public void The_committed_batch_is_read_and_written_byte_for_byte()
    {
        Fixture.WriteIfMissing("batch-1.bin", Samples.Encode(Samples.Items));
        var committed = Fixture.Read("batch-1.bin");
        var batch = BatchCodec.Decode(committed);
        Assert.Equal((1, Samples.Timestamp), (batch.FeatureLevel, batch.TimestampMilliseconds));
        Assert.Equal(Samples.Items.Length, batch.Items.Length);
        Assert.Equal(committed, Samples.Encode(batch.Items));
        Assert.Equal(committed, Samples.Encode(Samples.Items));
    }

    [Fact]
    public void The_committed_batch_of_level_two_is_read_and_written_byte_for_byte()
    {
        Fixture.WriteIfMissing("batch-1-level-2.bin", Samples.Encode(Samples.ItemsOfLevelTwo, level: 2));
        var committed = Fixture.Read("batch-1-level-2.bin");
        var batch = BatchCodec.Decode(committed);
        Assert.Equal(2, batch.FeatureLevel);
        Assert.Equal(committed, Samples.Encode(batch.Items, level: 2));
        Assert.Equal(committed, Samples.Encode(Samples.ItemsOfLevelTwo, level: 2));
    }

    [Fact]
    public void The_committed_batch_of_level_three_is_read_and_written_byte_for_byte()
    {
        Fixture.WriteIfMissing("batch-1-level-3.bin", Samples.Encode(ModelSamples.Items, level: 3));
        var committed = Fixture.Read("batch-1-level-3.bin");
        var batch = BatchCodec.Decode(committed);
        Assert.Equal(3, batch.FeatureLevel);
        Assert.Equal(committed, Samples.Encode(batch.Items, level: 3));
        Assert.Equal(committed, Samples.Encode(ModelSamples.Items, level: 3));
    }

    [Fact]
    public void The_committed_batch_of_level_four_is_read_and_written_byte_for_byte()
    {
        Fixture.WriteIfMissing("batch-1-level-4.bin", Samples.Encode(MembershipSamples.Items, level: 4));
        var committed = Fixture.Read("batch-1-level-4.bin");
        var batch = BatchCodec.Decode(committed);
        Assert.Equal(4, batch.FeatureLevel);
        Assert.Equal(committed, Samples.Encode(batch.Items, level: 4));
        Assert.Equal(committed, Samples.Encode(MembershipSamples.Items, level: 4));
    }

    [Fact]
    public void Every_kind_of_command_is_in_the_committed_batch()
    {
        var kinds = typeof(Command).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Command)) && !type.IsAbstract);
        Assert.Equal(
            kinds.Select(kind => kind.Name).Order(),
            Items().Select(item => item.Command.GetType().Name).Distinct().Order());
    }

    [Fact]
    public void Each_item_survives_alone()
    {
        foreach (var item in Items())
        {
            var buffer = new ArrayBufferWriter<byte>();
            BatchCodec.EncodeItem(buffer, item);
            var decoded = BatchCodec.DecodeItem(buffer.WrittenMemory);
            Assert.Equal(item.Proposal, decoded.Proposal);
            Assert.Equal(item.Request, decoded.Request);
            var again = new ArrayBufferWriter<byte>();
            BatchCodec.EncodeItem(again, decoded);
            Assert.Equal(buffer.WrittenSpan.ToArray(), again.WrittenSpan.ToArray());
        }
    }

    [Fact]
    public void A_decoded_batch_does_not_refer_to_its_source()
    {
        var bytes = Samples.Encode(Samples.Items);
        var batch = BatchCodec.Decode(bytes);
        bytes.AsSpan().Fill(0xEE);
        Assert.Equal(Samples.Encode(Samples.Items), Samples.Encode(batch.Items));
    }

    [Fact]
    public void A_newer_format_stops_the_member_and_names_both_versions()
    {
        var bytes = Samples.Encode(Samples.Items);
        bytes[0]++;
        var unknown = Assert.Throws<UnknownFormatException>(() => BatchCodec.Decode(bytes));
        Assert.Equal((2, 1), (unknown.FoundVersion, unknown.KnownVersion));
        bytes[0] = 0;
        Assert.Throws<InvalidDataException>(() => BatchCodec.Decode(bytes));
    }

    [Fact]
    public void A_higher_feature_level_stops_the_member_and_names_both_levels()
    {
        var bytes = Samples.Encode([], level: StateMachine.HighestFeatureLevel + 4);
        var unknown = Assert.Throws<UnknownFormatException>(() => BatchCodec.Decode(bytes));
        Assert.Equal((StateMachine.HighestFeatureLevel + 4, StateMachine.HighestFeatureLevel), (unknown.FoundLevel, unknown.KnownLevel));
        Assert.Contains($"feature level {StateMachine.HighestFeatureLevel + 4}", unknown.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, byte[]> Newer { get; } = new()
    {
        { "a command tag", Item(99, (ref MessagePackWriter writer) => writer.WriteArrayHeader(0)) },
        { "a field of a command", Item(2, (ref MessagePackWriter writer) => Numbers(ref writer, 5, 6)) },
        { "an operation tag", Item(1, (ref MessagePackWriter writer) => Numbers(ref writer, 77)) },
        { "a field of an operation", Item(1, (ref MessagePackWriter writer) => Numbers(ref writer, 1, 2, 3, 4, 5, 6)) },
        { "a field of an item", Item(2, (ref MessagePackWriter writer) => Numbers(ref writer, 5), fields: 7) },
        { "a flag", Item(1, Flag) },
    };

    [Theory]
    [MemberData(nameof(Newer))]
    public void What_only_a_newer_executable_can_have_written_stops_the_member(string what, byte[] item)
    {
        var batch = new ArrayBufferWriter<byte>();
        BatchCodec.EncodeBatch(batch, 1, 0, [item]);
        var unknown = Assert.Throws<UnknownFormatException>(() => BatchCodec.Decode(batch.WrittenMemory));
        Assert.True(unknown.FoundLevel == 1, what);
    }

    [Fact]
    public void Damage_is_a_typed_error_wherever_it_is()
    {
        var bytes = Samples.Encode(Samples.Items);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => BatchCodec.Decode(bytes.AsMemory(0, length)));
        }

        Assert.Throws<InvalidDataException>(() => BatchCodec.Decode((byte[])[.. bytes, 0]));
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[i] ^= 0x80;
            try
            {
                BatchCodec.Decode(damaged);
            }
            catch (Exception e) when (e is InvalidDataException or UnknownFormatException)
            {
                // Either is right; the log's checksum tells damage from another version.
            }
        }
    }

    [Fact]
    public void A_batch_is_bounded()
    {
        var item = new ArrayBufferWriter<byte>();
        BatchCodec.EncodeItem(item, new BatchItem(new TrimHistoryCommand(), null, default));
        var items = Enumerable.Repeat((ReadOnlyMemory<byte>)item.WrittenMemory, CommandBatch.MostItems + 1).ToArray();
        Assert.Throws<ArgumentException>(() => BatchCodec.EncodeBatch(new ArrayBufferWriter<byte>(), 1, 0, items));
        var batch = new ArrayBufferWriter<byte>();
        BatchCodec.EncodeBatch(batch, 1, 0, items.AsSpan(1));
        Assert.Equal(CommandBatch.MostItems, BatchCodec.Decode(batch.WrittenMemory).Items.Length);
        Assert.InRange(batch.WrittenCount - (CommandBatch.MostItems * item.WrittenCount), 1, BatchCodec.LargestHeader);
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        for (var i = 0; i < 100_000; i++)
        {
            writer.WriteArrayHeader(4);
            writer.Write(4);
            writer.WriteArrayHeader(0);
            writer.WriteArrayHeader(1);
        }

        writer.Flush();
        var nested = buffer.WrittenSpan.ToArray();
        var item = Item(1, (ref MessagePackWriter inner) => inner.WriteRaw(nested));
        Assert.Throws<InvalidDataException>(() => BatchCodec.DecodeItem(item));

        // What the writer lets through, the reader takes.
        Assert.Throws<ArgumentException>(() => EncodeNested(FieldReader.DeepestNesting + 1));
        Assert.IsType<KeyspaceCommand>(BatchCodec.DecodeItem(EncodeNested(FieldReader.DeepestNesting)).Command);
    }

    private static IEnumerable<BatchItem> Items() =>
        Samples.Items.Concat(Samples.ItemsOfLevelTwo).Concat(ModelSamples.Items).Concat(MembershipSamples.Items);

    private static ReadOnlyMemory<byte> EncodeNested(int depth)
    {
        Operation operation = new PutOperation(Samples.K("a"), default);
        for (var i = 1; i < depth; i++)
        {
            operation = new TransactionOperation([], [operation], []);
        }

        var buffer = new ArrayBufferWriter<byte>();
        BatchCodec.EncodeItem(buffer, new BatchItem(new KeyspaceCommand(operation), null, default));
        return buffer.WrittenMemory;
    }

    private delegate void Body(ref MessagePackWriter writer);

    private static byte[] Item(int tag, Body body, int fields = 6)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(fields);
        writer.Write(1);
        writer.Write(2);
        writer.Write(3);
        writer.WriteNil();
        writer.Write(tag);
        body(ref writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void Numbers(ref MessagePackWriter writer, params int[] numbers)
    {
        writer.WriteArrayHeader(numbers.Length);
        foreach (var number in numbers)
        {
            writer.Write(number);
        }
    }

    private static void Flag(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(5);
        writer.Write(1);
        writer.Write("key"u8);
        writer.Write("value"u8);
        writer.Write(0);
        writer.Write(8);
    }
}
