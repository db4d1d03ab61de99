using Google.Protobuf;
using Grpc.Core;
using StateServer.StateServer.Tests.Api.Hosting;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.StateServer.Tests.Api.Conformance;

/// <summary>
/// A real etcd and our services, given the same requests one after the other, from the empty keyspace on: every answer must
/// be equal but for the names of cluster and member, and the term.
/// </summary>
public sealed class Twins : IAsyncLifetime
{
    private static readonly string[] FaultsAgainstState =
    [
        "OutOfRange: etcdserver: mvcc: required revision has been compacted",
        "OutOfRange: etcdserver: mvcc: required revision is a future revision",
        "NotFound: etcdserver: requested lease not found",
        "InvalidArgument: etcdserver: key not found",
    ];

    private EtcdProcess? _etcd;
    private ApiHost? _ours;

    public async ValueTask InitializeAsync()
    {
        if (EtcdProcess.IsInstalled)
        {
            _ours = await ApiHost.StartAsync();
            _etcd = await EtcdProcess.StartAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_etcd is not null && _ours is not null)
        {
            await _etcd.DisposeAsync();
            await _ours.DisposeAsync();
        }
    }

    /// <summary>Sends <paramref name="request"/> to both and asserts that they answer the same.</summary>
    /// <returns>The header's revision, or 0 where both refused.</returns>
    internal async Task<long> AgreeAsync(IMessage request, string because = "")
    {
        Assert.SkipUnless(EtcdProcess.IsInstalled, "etcd is not installed: install Debian's etcd-server to compare with it");
        var expected = await AnswerAsync(_etcd!.Channel, request);
        var actual = await AnswerAsync(_ours!.Channel, request);
        Assert.True(
            expected.Text == actual.Text || (request is Wire.TxnRequest && BothAreFound(expected.Text, actual.Text)),
            $"{because}\n{request.Descriptor.Name}: {request}\netcd: {expected.Text}\nours: {actual.Text}");
        return expected.Revision;
    }

    /// <summary>Sends to ours alone, where it is meant to part from etcd; only for requests that we refuse.</summary>
    internal async Task OursAnswersAsync(string expected, IMessage request)
    {
        Assert.SkipUnless(EtcdProcess.IsInstalled, "etcd is not installed: install Debian's etcd-server to compare with it");
        var answer = await AnswerAsync(_ours!.Channel, request);
        Assert.Equal(expected, answer.Text);
    }

    /// <summary>
    /// Of several faults that show only against the state, etcd 3.4 names a put's first, and later ones, as we do, the first
    /// in order. Either is one that is there, since each twin finds it alone elsewhere.
    /// </summary>
    private static bool BothAreFound(string expected, string actual) =>
        FaultsAgainstState.Contains(expected) && FaultsAgainstState.Contains(actual);

    private static async Task<(string Text, long Revision)> AnswerAsync(ChannelBase channel, IMessage request)
    {
        try
        {
            var (response, header) = await SendAsync(new Wire.KV.KVClient(channel), request);
            header.ClusterId = 0;
            header.MemberId = 0;
            header.RaftTerm = 0;
            return (response.ToString()!, header.Revision);
        }
        catch (RpcException failure)
        {
            return ($"{failure.StatusCode}: {failure.Status.Detail}", 0);
        }
    }

    private static async Task<(IMessage Response, Wire.ResponseHeader Header)> SendAsync(Wire.KV.KVClient kv, IMessage request)
    {
        switch (request)
        {
            case Wire.RangeRequest range:
                var found = await kv.RangeAsync(range);
                return (found, found.Header);
            case Wire.PutRequest put:
                var done = await kv.PutAsync(put);
                return (done, done.Header);
            case Wire.DeleteRangeRequest delete:
                var deleted = await kv.DeleteRangeAsync(delete);
                return (deleted, deleted.Header);
            case Wire.TxnRequest transaction:
                var decided = await kv.TxnAsync(transaction);
                return (decided, decided.Header);
            case Wire.CompactionRequest compaction:
                var compacted = await kv.CompactAsync(compaction);
                return (compacted, compacted.Header);
            default:
                throw new ArgumentException($"{request.Descriptor.Name} is no request of KV.", nameof(request));
        }
    }
}
