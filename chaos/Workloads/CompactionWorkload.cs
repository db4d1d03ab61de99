using System.Globalization;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>
/// Writes one key again and again, and compacts what lies far behind, now through one member, now through another. A compaction
/// that was acknowledged stays, none goes further than was asked for, and what it kept can be read.
/// </summary>
internal sealed class CompactionWorkload : IWorkload
{
    private const int KeptRevisions = 200;
    private const int WritesBetweenCompactions = 20;

    private long _acknowledged;
    private long _asked;
    private string? _wrong;
    private int _compactions;

    public string Name => "compaction";

    public string Description => "history compacted through all members: an acknowledged compaction stays, and nothing newer goes";

    public async Task RunAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        using var client = new MemberClient(context, 0);
        for (int write = 0; !cancellationToken.IsCancellationRequested; write++)
        {
            (OperationStatus status, PutResponse? put) = await client.PutAsync("compaction/key", write.ToString(CultureInfo.InvariantCulture));
            if (status == OperationStatus.Ok && write % WritesBetweenCompactions == 0)
            {
                await CompactAsync(client, put!.Header.Revision - KeptRevisions);
                client.MoveOn();
            }

            await context.PaceAsync(cancellationToken);
        }
    }

    public async Task<IReadOnlyList<Verdict>> JudgeAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        using var client = new MemberClient(context, 0);
        if (_acknowledged > 1)
        {
            (_, RangeResponse? gone) = await client.AtAsync("compaction/key", _acknowledged - 1);
            _wrong ??= gone is not null ? $"revision {_acknowledged - 1} can be read, though {_acknowledged} was compacted" : null;
        }

        if (_asked > 0)
        {
            (_, RangeResponse? kept) = await client.AtAsync("compaction/key", _asked + 1);
            if (kept is null && !client.LastFailure.Detail.Contains("compacted", StringComparison.Ordinal))
            {
                throw new FinalReadFailedException($"the final read of an old revision failed: {client.LastFailure}");
            }

            _wrong ??= kept is null ? $"revision {_asked + 1} is compacted, and {_asked} is the highest that was asked for" : null;
        }

        return
        [
            _wrong is null
                ? new Verdict("compaction", Conclusion.Holds, $"{_compactions} acknowledged compactions, the last at revision {_acknowledged}")
                : new Verdict("compaction", Conclusion.Violated, _wrong),
        ];
    }

    private async Task CompactAsync(MemberClient client, long revision)
    {
        if (revision <= _asked)
        {
            return;
        }

        _asked = revision;
        (OperationStatus status, _) = await client.CallAsync((kv, options) =>
            kv.CompactAsync(new CompactionRequest { Revision = revision }, options));
        if (status == OperationStatus.Ok)
        {
            _acknowledged = revision;
            _compactions++;
        }
    }
}
