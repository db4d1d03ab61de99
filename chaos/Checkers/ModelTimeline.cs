using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>The records of the model's view, brought forward step by step. Not thread-safe.</summary>
internal sealed class ModelTimeline
{
    private Dictionary<string, ModelRecord> _records = [];

    /// <summary>All records by their keys, as the steps so far left them.</summary>
    public IReadOnlyDictionary<string, ModelRecord> Records => _records;

    /// <summary>Takes the next step, and says what it did.</summary>
    public ModelDifference Take(ModelStep step)
    {
        IEnumerable<string> gone = step.IsLeap ? _records.Keys.Except(step.Written.Select(w => w.Key)) : step.Gone;
        List<ModelRecord> left = [.. gone.Where(_records.ContainsKey).Select(key => _records[key])];
        List<ModelRecord> born = [];
        List<ModelRecord> ended = [.. left.Where(r => !r.IsDying)];
        List<(ModelRecord, ModelRecord)> changed = [];
        foreach (ModelRecord now in step.Written)
        {
            if (_records.TryGetValue(now.Key, out ModelRecord? known) && known.CreateRevision == now.CreateRevision)
            {
                changed.Add((known, now));
                ended.AddRange(!known.IsDying && now.IsDying ? [known] : []);
                continue;
            }

            // A key that was deleted and created again within a leap is another record.
            if (known is not null)
            {
                left.Add(known);
                ended.AddRange(known.IsDying ? [] : [known]);
            }

            born.Add(now);
            ended.AddRange(now.IsDying ? [now] : []);
        }

        Put(step);
        return new ModelDifference(step, [.. born.OrderBy(Order)], ended, changed, left);
    }

    private void Put(ModelStep step)
    {
        if (step.IsLeap)
        {
            _records = step.Written.ToDictionary(w => w.Key);
            return;
        }

        foreach (string key in step.Gone)
        {
            _records.Remove(key);
        }

        foreach (ModelRecord record in step.Written)
        {
            _records[record.Key] = record;
        }
    }

    /// <summary>Services first, as units are born into them.</summary>
    private static (long, bool, int) Order(ModelRecord record) =>
        (record.CreateRevision, !record.IsService, record.IsUnit || record.IsMachine ? record.Number : 0);
}
