using StateServer.Domain.Outcomes;

namespace StateServer.Ownership;

/// <summary>A step of claiming was rejected, and changed nothing.</summary>
/// <param name="rejection">Why.</param>
internal sealed class ClaimRejectedException(Rejection rejection) : Exception(rejection.Detail)
{
    /// <summary>Why.</summary>
    public Rejection Rejection { get; } = rejection;
}
