using System.Collections.Immutable;
using System.Text;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Events;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Operations;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Tests.Apply;

/// <summary>Applies commands one after the other, and remembers what came of them.</summary>
internal sealed class Script
{
    private long _index;

    /// <summary>From the empty state on.</summary>
    public Script()
        : this(ReplicatedState.Empty)
    {
    }

    public Script(ReplicatedState state) => State = state;

    public ReplicatedState State { get; private set; }

    public KeyspaceState Keyspace => State.Keyspace;

    public List<KeyEvent> Events { get; } = [];

    public List<LeaseChange> LeaseChanges { get; } = [];

    /// <summary>The term of the entries to come.</summary>
    public long Term { get; set; } = 1;

    public static Key K(string text) => new(Encoding.UTF8.GetBytes(text));

    public static KeyRange One(string key) => new(K(key), default);

    public static KeyRange From(string start, string end) => new(K(start), K(end));

    public static PutOperation Put(string key, string value, long lease = 0) =>
        new(K(key), Encoding.UTF8.GetBytes(value), new LeaseId(lease), ReturnPrevious: true);

    public static DeleteRangeOperation Delete(string start, string end = "") =>
        new(new KeyRange(K(start), K(end)), ReturnPrevious: true);

    public static RangeOperation Read(string start, string end = "", long revision = 0) =>
        new(new RangeQuery { Range = new KeyRange(K(start), K(end)), AtRevision = new Revision(revision) });

    public static TransactionOperation Then(params Operation[] operations) => new([], [.. operations], []);

    public static string Text(KeyValue version) => Encoding.UTF8.GetString(version.Value.Span);

    public Outcome Run(Command command, RequestId? request = null, long milliseconds = 0) =>
        RunBatch(milliseconds, new BatchItem(command, request, default)).Single();

    public Outcome Run(Operation operation) => Run(new KeyspaceCommand(operation));

    public T Run<T>(Operation operation)
        where T : Outcome => Assert.IsType<T>(Run(operation));

    public ImmutableArray<Outcome> RunBatch(long milliseconds, params BatchItem[] items)
    {
        var result = StateMachine.Apply(State, ++_index, Term, new CommandBatch(1, milliseconds, [.. items]));
        State = result.State;
        Events.AddRange(result.Events);
        LeaseChanges.AddRange(result.LeaseChanges);
        return result.Outcomes;
    }

    /// <summary>A configuration entry.</summary>
    public void Vote(params ulong[] voters)
    {
        var result = StateMachine.ApplyVoters(State, ++_index, [.. voters.Select(voter => new NodeId(voter))]);
        State = result.State;
        Events.AddRange(result.Events);
    }

    public RangeResult Find(string start, string end = "", long revision = 0)
    {
        var refused = Keyspace.TryRange(
            new RangeQuery { Range = new KeyRange(K(start), K(end)), AtRevision = new Revision(revision) },
            out var result);
        Assert.Null(refused);
        return result!;
    }
}
