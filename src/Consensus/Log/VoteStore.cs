using System.Buffers.Binary;
using StateServer.Consensus.Log.Native;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Log;

/// <summary>
/// The current term and the vote given in it, durable before <see cref="Save"/> returns; saving needs no disk space. One writer;
/// reads are thread-safe and see term and vote of one moment through <see cref="Current"/>.
/// </summary>
internal sealed class VoteStore : IDisposable
{
    private const ulong Magic = 0x45544F56_5353; // "SSVOTE"
    private const int ValueBytes = 16;
    private readonly IDisk _disk;
    private readonly SlotFile _slots;
    private Vote _current;

    private VoteStore(IDisk disk, SlotFile slots, Vote current)
    {
        _disk = disk;
        _slots = slots;
        _current = current;
    }

    /// <summary>Term and vote of one moment.</summary>
    public Vote Current => Volatile.Read(ref _current);

    /// <summary>The current term, from 0.</summary>
    public long Term => Current.Term;

    /// <summary>Who got this member's vote in <see cref="Term"/>; none where nobody has.</summary>
    public NodeId VotedFor => Current.VotedFor;

    /// <summary>Makes the file at a member's first start: term 0, no vote.</summary>
    /// <exception cref="DiskFullException">No space for it; nothing was made.</exception>
    public static VoteStore Create(string path, IDisk disk)
    {
        var none = new Vote(0, default);
        return new VoteStore(disk, SlotFile.Create(disk, path, Magic, Encode(none)), none);
    }

    /// <summary>Opens the file at every later start.</summary>
    /// <exception cref="LogDamagedException">It is missing, cut off or changed: such a member must not vote.</exception>
    public static VoteStore Open(string path, IDisk disk)
    {
        SlotFile slots = SlotFile.Open(disk, path, Magic);
        if (slots.Value.Length != ValueBytes)
        {
            slots.Dispose();
            throw new LogDamagedException(path, 0, "the value's length is impossible");
        }

        return new VoteStore(disk, slots, new Vote(
            BinaryPrimitives.ReadInt64LittleEndian(slots.Value),
            new NodeId(BinaryPrimitives.ReadUInt64LittleEndian(slots.Value.AsSpan(8)))));
    }

    /// <summary>Saves term and vote. A failed write or sync ends the process.</summary>
    /// <exception cref="InvalidOperationException">A lower term, or a second vote in one term: a bug of the caller.</exception>
    public void Save(long term, NodeId votedFor)
    {
        Vote before = _current;
        if (term < before.Term)
        {
            throw new InvalidOperationException($"term {term} is lower than the current one, {before.Term}");
        }

        if (term == before.Term && !before.VotedFor.IsNone && votedFor != before.VotedFor)
        {
            throw new InvalidOperationException(
                $"this member has voted for {before.VotedFor} in term {term} and can't change that to {votedFor}");
        }

        var vote = new Vote(term, votedFor);
        if (vote != before)
        {
            _slots.Save(_disk, Encode(vote));
            Volatile.Write(ref _current, vote);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    private static byte[] Encode(Vote vote)
    {
        byte[] value = new byte[ValueBytes];
        BinaryPrimitives.WriteInt64LittleEndian(value, vote.Term);
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(8), vote.VotedFor.Value);
        return value;
    }
}
