using System.Collections.Concurrent;
using StateServer.Domain.Identity;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Reconciliation.Membership;

/// <summary>
/// What the other voters say of members that this leader doesn't hear, asked beside the loop, one question a member at a time. An
/// answer counts for a moment alone. <see cref="Ask"/> and <see cref="Of"/> are the loop's; the answers come beside it.
/// </summary>
/// <param name="membership">The members.</param>
/// <param name="time">The clock.</param>
internal sealed class PeerVerdicts(IMembership membership, TimeProvider time)
{
    /// <summary>How long an answer counts: two looks of a loop that nothing wakes, and the time to answer.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);

    /// <summary>How long the others may take: each tries to connect within its own limit of a second.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<NodeId, Task> _asking = new();
    private readonly ConcurrentDictionary<NodeId, (PeerVerdict Verdict, long At)> _answers = new();
    private readonly ConcurrentDictionary<NodeId, long> _heardAt = new();

    /// <summary>Raised after each answer.</summary>
    public event Action? Answered;

    /// <summary>Asks about these, where no question about them is under way; forgets the others.</summary>
    public void Ask(IReadOnlyCollection<NodeId> nodes, CancellationToken stop)
    {
        foreach (var forgotten in _answers.Keys.Except(nodes).ToList())
        {
            _answers.TryRemove(forgotten, out _);
            _heardAt.TryRemove(forgotten, out _);
        }

        foreach (var node in nodes.Where(node => !_asking.ContainsKey(node)))
        {
            TaskCompletionSource known = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _asking[node] = known.Task;
            _ = AskAsync(node, known, stop);
        }
    }

    /// <summary>The last answer, unless it is too old.</summary>
    public PeerVerdict Of(NodeId node) => _answers.TryGetValue(node, out var answer) && time.GetElapsedTime(answer.At) < Fresh
        ? answer.Verdict
        : PeerVerdict.Unknown;

    /// <summary>How long ago another voter heard one that is asked about, milliseconds; long.MaxValue where none said so.</summary>
    public long SilentFor(NodeId node) => _heardAt.TryGetValue(node, out var at) ? (long)time.GetElapsedTime(at).TotalMilliseconds : long.MaxValue;

    /// <summary>Waits for the questions under way, after their token was cancelled.</summary>
    public Task StopAsync() => Task.WhenAll(_asking.Values);

    private async Task AskAsync(NodeId node, TaskCompletionSource known, CancellationToken stop)
    {
        try
        {
            // What was true when it was asked: the answer is as old as the question.
            var asked = time.GetTimestamp();
            using var limit = new CancellationTokenSource(Limit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
            var verdict = await membership.AskOthersAsync(node, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            if (verdict == PeerVerdict.Heard)
            {
                _heardAt[node] = asked;
            }

            _answers[node] = (verdict, asked);
        }
        catch (Exception)
        {
            // No answer is no verdict: the one before grows old.
        }
        finally
        {
            _asking.TryRemove(node, out _);
            known.SetResult();
            Answered?.Invoke();
        }
    }
}
