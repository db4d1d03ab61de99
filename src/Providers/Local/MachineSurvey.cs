using System.Collections.Immutable;

namespace StateServer.Providers.Local;

/// <summary>What a root holds, read while it is claimed.</summary>
/// <param name="Machines">The machines that have not ended, ascending by name.</param>
/// <param name="Gap">Records that can't be read, in one line; empty where all could be.</param>
internal sealed record MachineSurvey(ImmutableArray<LaunchRecord> Machines, string Gap);
