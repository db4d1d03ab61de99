using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>
/// The model's numbers, counted as Juju does: a service's units and the machines from 0 on, each once, without gaps; assignments upwards.
/// Behind a leap a gap is possible, a return never. Not thread-safe.
/// </summary>
internal sealed class ModelNumbers
{
    private readonly Dictionary<string, (long Service, int Next, bool IsSure)> _units = [];
    private int _nextMachine;
    private bool _isSureOfMachines = true;
    private long _lastAssignment;

    /// <summary>Null, or what is counted wrong.</summary>
    /// <param name="difference">What a step did.</param>
    /// <param name="records">The records behind it.</param>
    public string? Check(ModelDifference difference, IReadOnlyDictionary<string, ModelRecord> records)
    {
        if (difference.Step.IsLeap)
        {
            _isSureOfMachines = false;
            foreach (string service in _units.Keys.ToArray())
            {
                _units[service] = _units[service] with { IsSure = false };
            }
        }

        return difference.Born.Select(b => Count(b, difference.Step, records)).FirstOrDefault(wrong => wrong is not null)
            ?? CheckAssignments(difference);
    }

    private string? Count(ModelRecord born, ModelStep step, IReadOnlyDictionary<string, ModelRecord> records)
    {
        if (born.IsService)
        {
            // A service that is deployed once more under its old name counts anew.
            _units[born.Name] = (born.CreateRevision, 0, !step.IsLeap);
            return null;
        }

        if (born.IsMachine)
        {
            string? wrong = Wrong(born, _nextMachine, _isSureOfMachines);
            (_nextMachine, _isSureOfMachines) = (Math.Max(_nextMachine, born.Number + 1), _isSureOfMachines || !step.IsLeap);
            return wrong;
        }

        if (!born.IsUnit)
        {
            return null;
        }

        if (!records.ContainsKey(ModelRecord.Services + born.Service) || !_units.TryGetValue(born.Service, out (long Service, int Next, bool IsSure) counted))
        {
            return $"unit {born.Name} was made at revision {born.CreateRevision}, and there is no service {born.Service}";
        }

        _units[born.Service] = (counted.Service, Math.Max(counted.Next, born.Number + 1), counted.IsSure || !step.IsLeap);
        return Wrong(born, counted.Next, counted.IsSure);
    }

    private static string? Wrong(ModelRecord born, int next, bool isSure) =>
        born.Number < next ? $"{born.Key} was made at revision {born.CreateRevision}, and that number was given out before: the next one is {next}"
        : isSure && born.Number > next ? $"{born.Key} was made at revision {born.CreateRevision}, and the next number was {next}"
        : null;

    /// <summary>Nothing here is lost: where a unit was assigned once, it stays.</summary>
    private string? CheckAssignments(ModelDifference difference)
    {
        foreach ((ModelRecord before, ModelRecord now) in difference.Changed)
        {
            if (before.Machine is { } machine && now.Machine != machine)
            {
                return $"unit {now.Name} was on machine {machine}, and is {(now.Machine is { } other ? $"on machine {other}" : "on none")} at revision {difference.Step.Revision}, though nothing was lost";
            }
        }

        IEnumerable<ModelRecord> assigned = Enumerable.Concat(difference.Born, difference.Changed.Where(c => c.Before.Machine is null).Select(c => c.Now));
        foreach (ModelRecord unit in assigned.Where(u => u is { IsUnit: true, Machine: not null }).OrderBy(u => u.Assignment))
        {
            if (unit.Assignment <= _lastAssignment && !difference.Step.IsLeap)
            {
                return $"unit {unit.Name} was assigned under number {unit.Assignment} at revision {difference.Step.Revision}, and {_lastAssignment} was given out before";
            }

            _lastAssignment = Math.Max(_lastAssignment, unit.Assignment);
        }

        return null;
    }
}
