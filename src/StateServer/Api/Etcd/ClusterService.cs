using Grpc.Core;
using StateServer.Consensus;
using StateServer.Consensus.Reads;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.Api.Etcd;

/// <summary>etcd's Cluster service: the members can be listed; changing them is the business of our own command. Thread-safe.</summary>
internal sealed class ClusterService(IReplica replica, ResponseHeaders headers, CallGuards guards) : Wire.Cluster.ClusterBase
{
    private static readonly Status UseOwnCommand = new(
        StatusCode.FailedPrecondition,
        "stateserver: members are not changed through etcd's API, because a change is more than one step here: "
        + "'stateserver ensure-availability -n COUNT' and 'stateserver member replace MEMBER' do them all");

    /// <inheritdoc/>
    public override async Task<Wire.MemberListResponse> MemberList(Wire.MemberListRequest request, ServerCallContext context)
    {
        guards.Check(context);
        ReplicatedState state;
        try
        {
            state = request.Linearizable
                ? await replica.ReadLinearizableAsync(context.CancellationToken)
                : replica.ReadSerializable();
        }
        catch (ReadRefusedException refusal)
        {
            throw FailureTranslation.Of(refusal);
        }

        var response = new Wire.MemberListResponse { Header = headers.WithoutRevision() };
        response.Members.AddRange(Members(state));
        return response;
    }

    /// <inheritdoc/>
    public override Task<Wire.MemberAddResponse> MemberAdd(Wire.MemberAddRequest request, ServerCallContext context) =>
        throw FailureTranslation.Refused(UseOwnCommand);

    /// <inheritdoc/>
    public override Task<Wire.MemberRemoveResponse> MemberRemove(Wire.MemberRemoveRequest request, ServerCallContext context) =>
        throw FailureTranslation.Refused(UseOwnCommand);

    /// <inheritdoc/>
    public override Task<Wire.MemberUpdateResponse> MemberUpdate(Wire.MemberUpdateRequest request, ServerCallContext context) =>
        throw FailureTranslation.Refused(UseOwnCommand);

    /// <inheritdoc/>
    public override Task<Wire.MemberPromoteResponse> MemberPromote(Wire.MemberPromoteRequest request, ServerCallContext context) =>
        throw FailureTranslation.Refused(UseOwnCommand);

    /// <summary>All that are registered or vote, by id; one that votes and has not registered yet has no name, as in etcd.</summary>
    private IEnumerable<Wire.Member> Members(ReplicatedState state)
    {
        var voters = replica.Status.Voters;
        foreach (var id in state.Members.Keys.Union(voters).Order())
        {
            state.Members.TryGetValue(id, out var record);
            yield return ToMember(id, record, isLearner: !voters.Contains(id));
        }
    }

    private static Wire.Member ToMember(NodeId id, MemberRecord? record, bool isLearner)
    {
        var member = new Wire.Member { ID = id.Value, IsLearner = isLearner };
        if (record is not null)
        {
            member.Name = record.Name;
            member.PeerURLs.Add($"http://{record.PeerAddress}");
            member.ClientURLs.AddRange(record.ClientUrls);
        }

        return member;
    }
}
