using Grpc.Core;
using StateServer.Protos.Etcd;

namespace StateServer.Client.Tests.Hosting;

internal sealed class FakeCluster(FakeMember member) : Cluster.ClusterBase
{
    public override Task<MemberListResponse> MemberList(MemberListRequest request, ServerCallContext context) =>
        Task.FromResult(new MemberListResponse { Members = { new Member { ClientURLs = { member.ClientUrls } } } });
}
