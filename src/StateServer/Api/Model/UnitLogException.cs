using Grpc.Core;

namespace StateServer.Api.Model;

/// <summary>A piece of a unit's log is not to be had now.</summary>
/// <param name="code">What the caller is told: UNAVAILABLE where another member may have it, FAILED_PRECONDITION where none has it now,
/// RESOURCE_EXHAUSTED where too many ask.</param>
/// <param name="message">Why, in one line.</param>
internal sealed class UnitLogException(StatusCode code, string message) : Exception(message)
{
    /// <summary>What the caller is told.</summary>
    public StatusCode Code { get; } = code;
}
