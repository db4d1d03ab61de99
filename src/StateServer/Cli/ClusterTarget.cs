using System.Collections.Immutable;
using StateServer.Client;
using StateServer.Client.Failures;
using StateServer.Domain.Identity;
using StateServer.Environments;
using StateServer.Protos.Etcd;

namespace StateServer.Cli;

/// <summary>The cluster that a verb asks.</summary>
/// <param name="Endpoints">Client addresses, host:port or URLs: any one leads to all.</param>
/// <param name="Reach">The environment's, where they come from there; null otherwise.</param>
internal sealed record ClusterTarget(ImmutableArray<string> Endpoints, EnvironmentReach? Reach)
{
    /// <summary>A member list is answered in milliseconds; the verb's own work is done, and nobody is kept waiting.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Remembers the members that the environment has now, so that its addresses lead there when all members have changed. Nothing
    /// depends on it: what can't be asked or written is left to the next verb.
    /// </summary>
    public async Task RefreshAsync(StateServerClient client, EnvironmentReachStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Reach is null)
        {
            return;
        }

        using var timer = new CancellationTokenSource(Patience, time);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            MemberListResponse list = await client.ListMembersAsync(cancellationToken: limited.Token);
            if (list.Header.ClusterId.ToString(System.Globalization.CultureInfo.InvariantCulture) == Reach.ClusterId)
            {
                store.Refresh(
                    Reach.Environment,
                    Reach.Id,
                    new ClusterId(list.Header.ClusterId),
                    [.. list.Members.SelectMany(member => member.ClientURLs).Select(Plain)]);
            }
        }
        catch (Exception failure) when (
            failure is StateServerException or OperationCanceledException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            // As it was.
        }
    }

    private static string Plain(string url)
    {
        const string Usual = "http://";
        return url.StartsWith(Usual, StringComparison.Ordinal) ? url[Usual.Length..] : url;
    }
}
