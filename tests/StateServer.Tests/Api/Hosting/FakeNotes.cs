using System.Collections.Immutable;
using StateServer.Api.Operator;

namespace StateServer.StateServer.Tests.Api.Hosting;

/// <summary>A planner that awaits what a test says.</summary>
internal sealed class FakeNotes : IMembershipNotes
{
    public ImmutableArray<string> Awaited { get; set; } = [];
}
