using Grpc.Core;

namespace StateServer.Client.Calls;

/// <summary>One attempt failed; it never leaves <see cref="CallRunner"/>.</summary>
internal sealed class AttemptFailedException(StatusCode code, string message, AttemptFailure judgement, Exception inner)
    : Exception(message, inner)
{
    internal StatusCode Code { get; } = code;

    internal AttemptFailure Judgement { get; } = judgement;

    /// <summary>Whether the same request may be sent again.</summary>
    internal bool MayRepeat(CallKind kind) =>
        Judgement.IsTransient && (kind != CallKind.Write || Judgement.Execution == Execution.No);
}
