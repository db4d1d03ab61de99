using System.Collections.Immutable;
using StateServer.Local;
using StateServer.Reports;
using StateServer.Reports.Formats;

namespace StateServer.Cli;

/// <summary>What <c>up</c> shows once all is up.</summary>
internal static class UpStatus
{
    /// <summary>Shows the cluster's status, and how etcd's own client reaches it.</summary>
    public static async Task ShowAsync(LocalRoot root, LocalCluster cluster, TextWriter output, CancellationToken cancellationToken)
    {
        ImmutableArray<string> endpoints = LocalEndpoints.Of(root, cluster);
        (ClusterReport? report, ImmutableArray<string> errors) = await StatusQuery.AskAsync(endpoints, cancellationToken);
        await output.WriteLineAsync();
        await output.WriteLineAsync(report is null
            ? $"no member told its status: {string.Join("; ", errors)}"
            : TabularStatus.Write(report, TimeProvider.System.GetUtcNow()));
        await output.WriteLineAsync();
        await output.WriteLineAsync($"ETCDCTL_API=3 etcdctl --endpoints={string.Join(',', endpoints)} endpoint status -w table");
        await output.WriteLineAsync();
    }
}
