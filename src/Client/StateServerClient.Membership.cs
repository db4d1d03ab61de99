using System.Runtime.CompilerServices;
using Grpc.Core;
using StateServer.Client.Calls;
using StateServer.Client.Failures;
using StateServer.Protos.Operator;

namespace StateServer.Client;

/// <summary>The calls about the cluster's members. What is so already is no error there, so each is repeated like a read.</summary>
public sealed partial class StateServerClient
{
    /// <summary>
    /// Says how many voters there are to be, and follows until it is so; a member that goes away is replaced by another one, asked
    /// the same. What was changed before that is not among the changes it then tells.
    /// </summary>
    /// <exception cref="StateServerException">It is refused, or no member answers.</exception>
    public async IAsyncEnumerable<AvailabilityProgress> EnsureAvailabilityAsync(
        EnsureAvailabilityRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var backoff = new Backoff(_options.BackoffLow, _options.BackoffHigh, _time, Random.Shared.NextDouble);
        for (var failures = 0; ;)
        {
            AsyncServerStreamingCall<AvailabilityProgress>? call = null;
            try
            {
                while (true)
                {
                    try
                    {
                        call ??= new Membership.MembershipClient(await GetInvokerAsync(cancellationToken)).EnsureAvailability(
                            request, cancellationToken: cancellationToken);
                        if (!await call.ResponseStream.MoveNext(cancellationToken))
                        {
                            yield break;
                        }
                    }
                    catch (Exception failure) when (failure is RpcException or RequestRefusedException)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        ThrowUnlessWorthAnother(failure, follows: !request.DryRun, ++failures);
                        break;
                    }

                    failures = 0;
                    yield return call.ResponseStream.Current;
                }
            }
            finally
            {
                call?.Dispose();
            }

            await backoff.WaitAsync(failures, cancellationToken);
        }
    }

    /// <summary>Lists the members.</summary>
    public Task<ListMembersResponse> ListMembersAsync(ListMembersRequest request, CancellationToken cancellationToken = default) =>
        ReadAsync((invoker, call) => new Membership.MembershipClient(invoker).ListMembersAsync(request, call), cancellationToken);

    /// <summary>Removes a member without a vote.</summary>
    public Task<MembershipResponse> RemoveMemberAsync(RemoveMemberRequest request, CancellationToken cancellationToken = default) =>
        ReadAsync((invoker, call) => new Membership.MembershipClient(invoker).RemoveMemberAsync(request, call), cancellationToken);

    /// <summary>Puts another in a member's place.</summary>
    public Task<MembershipResponse> ReplaceMemberAsync(ReplaceMemberRequest request, CancellationToken cancellationToken = default) =>
        ReadAsync((invoker, call) => new Membership.MembershipClient(invoker).ReplaceMemberAsync(request, call), cancellationToken);

    /// <summary>Lets another member lead.</summary>
    public Task<TransferLeadershipResponse> TransferLeadershipAsync(
        TransferLeadershipRequest request, CancellationToken cancellationToken = default) =>
        ReadAsync((invoker, call) => new Membership.MembershipClient(invoker).TransferLeadershipAsync(request, call), cancellationToken);

    /// <summary>Lets nothing be healed by itself for a while.</summary>
    public Task<MembershipResponse> PauseHealingAsync(PauseHealingRequest request, CancellationToken cancellationToken = default) =>
        ReadAsync((invoker, call) => new Membership.MembershipClient(invoker).PauseHealingAsync(request, call), cancellationToken);

    /// <summary>Lets it be healed again.</summary>
    public Task<MembershipResponse> ResumeHealingAsync(CancellationToken cancellationToken = default) => ReadAsync(
        static (invoker, call) => new Membership.MembershipClient(invoker).ResumeHealingAsync(new ResumeHealingRequest(), call), cancellationToken);
}
