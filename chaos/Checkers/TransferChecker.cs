using System.Collections.Concurrent;

namespace StateServer.Chaos.Checkers;

/// <summary>
/// Transfers between accounts, each with an entry in a journal written by the same transaction: every look at all accounts
/// sees the same sum, and at the end the journal gives the balances. Thread-safe.
/// </summary>
/// <param name="accounts">How many accounts.</param>
/// <param name="opening">What each began with.</param>
internal sealed class TransferChecker(int accounts, int opening)
{
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly ConcurrentQueue<string> _acknowledged = new();
    private long _audits;

    /// <summary>Something that can't be: an account that is gone.</summary>
    public void Complain(string what) => _wrong.Enqueue(what);

    /// <summary>A transfer was acknowledged under this journal key.</summary>
    public void Acknowledge(string journalKey) => _acknowledged.Enqueue(journalKey);

    /// <summary>All balances as one transaction read them.</summary>
    public void Audit(long revision, IReadOnlyList<int> balances)
    {
        Interlocked.Increment(ref _audits);
        if (balances.Sum() != accounts * opening || balances.Any(b => b < 0))
        {
            _wrong.Enqueue($"an audit at revision {revision} saw {string.Join(' ', balances)}, not a sum of {accounts * opening}");
        }
    }

    /// <summary>Judges, from the balances and the journal that one transaction read at the end.</summary>
    /// <param name="journal">Key, version, and the transfer itself.</param>
    /// <param name="balances">The balances.</param>
    public Verdict Check(IReadOnlyCollection<(string Key, long Version, int From, int To, int Sum)> journal, IReadOnlyList<int> balances)
    {
        int[] expected = [.. Enumerable.Repeat(opening, accounts)];
        foreach ((string key, long version, int from, int to, int sum) in journal)
        {
            expected[from] -= sum;
            expected[to] += sum;
            if (version != 1)
            {
                _wrong.Enqueue($"the transfer {key} happened {version} times");
            }
        }

        if (!expected.SequenceEqual(balances))
        {
            _wrong.Enqueue($"the balances are {string.Join(' ', balances)}, and the journal's transfers give {string.Join(' ', expected)}");
        }

        HashSet<string> written = [.. journal.Select(j => j.Key)];
        foreach (string lost in _acknowledged.Where(m => !written.Contains(m)))
        {
            _wrong.Enqueue($"the acknowledged transfer {lost} left no entry in the journal");
        }

        return _wrong.TryPeek(out string? first)
            ? new Verdict("transactions", Conclusion.Violated, $"{first} ({_wrong.Count} in all)")
            : new Verdict("transactions", Conclusion.Holds, $"{_acknowledged.Count} acknowledged transfers, {_audits} audits");
    }
}
