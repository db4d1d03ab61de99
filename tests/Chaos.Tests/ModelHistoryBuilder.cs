using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Tests;

/// <summary>Histories of a model by hand: the view's steps, one a revision, and what clients did.</summary>
internal sealed class ModelHistoryBuilder
{
    private readonly List<ModelStep> _steps = [];
    private readonly List<ModelOperation> _operations = [];
    private readonly List<ModelLook> _looks = [];
    private readonly Dictionary<string, long> _created = [];
    private readonly Dictionary<string, int> _machines = [];
    private long _revision = 1;
    private long _assignment;

    /// <summary>The revision of the last step.</summary>
    public long Revision => _revision;

    /// <summary>One revision.</summary>
    /// <param name="words">
    /// What it did, such as <c>+web</c> (a service), <c>+web/0</c>, <c>+3@a</c> (a machine in a zone), <c>web/0>3</c> (assigned), <c>~web/0</c> (dying), <c>-web/0</c> (gone).
    /// </param>
    public ModelHistoryBuilder Step(params string[] words)
    {
        long after = _revision++;
        string[] gone = [.. words.Where(w => w[0] == '-').Select(w => KeyOf(w[1..]))];
        _steps.Add(new ModelStep(after, _revision, [.. words.Where(w => w[0] != '-').Select(Written)], gone));
        return this;
    }

    /// <summary>A leap over some revisions to what there is behind them.</summary>
    public ModelHistoryBuilder Leap(long revisions, params string[] words)
    {
        long after = _revision;
        _revision += revisions;
        _steps.Add(new ModelStep(after, _revision, [.. words.Select(Written)], []) { IsLeap = true });
        return this;
    }

    /// <summary>Says at which revision something was created that a leap shows.</summary>
    public ModelHistoryBuilder CreatedAt(string name, long revision)
    {
        _created[KeyOf(name)] = revision;
        return this;
    }

    /// <summary>Operations of clients; those that were acknowledged, at the last step's revision where none is given.</summary>
    public ModelHistoryBuilder Did(
        ModelOperationKind kind, OperationStatus status, string service = "", int count = 0, string named = "", string added = "", long floor = 1, long? revision = null)
    {
        _operations.Add(new ModelOperation
        {
            Process = 0,
            Kind = kind,
            Service = service,
            Count = count,
            Named = named.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Added = added.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Floor = floor,
            Status = status,
            Revision = status == OperationStatus.Ok ? revision ?? _revision : 0,
        });
        return this;
    }

    public ModelHistoryBuilder Saw(long revision, long floor, params string[] keys)
    {
        _looks.Add(new ModelLook("m0", floor, revision, keys.ToDictionary(k => k, k => k)));
        return this;
    }

    public Verdict Judge() => DeployChecker.Check(new ModelEvidence { EmptyAt = 1, Steps = _steps, Operations = _operations, Looks = _looks });

    private static string KeyOf(string name) =>
        name.Contains('/', StringComparison.Ordinal) ? ModelRecord.Units + name : char.IsAsciiDigit(name[0]) ? ModelRecord.Machines + name : ModelRecord.Services + name;

    private ModelRecord Written(string word)
    {
        bool isNew = word[0] == '+';
        string[] parts = word.TrimStart('+', '~').Split('@', '>');
        string key = KeyOf(parts[0]);
        _created[key] = isNew ? _revision : _created.GetValueOrDefault(key, _revision);
        bool isAssigned = word.Contains('>', StringComparison.Ordinal);
        if (isAssigned)
        {
            _machines[key] = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        }

        return new ModelRecord(key, key)
        {
            CreateRevision = _created[key],
            IsDying = word[0] == '~',
            Zone = word.Contains('@', StringComparison.Ordinal) ? parts[1] : null,

            // What is dying stays where it was.
            Machine = (isAssigned || word[0] == '~') && _machines.TryGetValue(key, out int machine) ? machine : null,
            Assignment = isAssigned ? ++_assignment : 0,
        };
    }
}
