using System.Collections.Immutable;

namespace StateServer.Domain.Model;

/// <summary>
/// Constraints as somebody asked for them, before they are merged with the environment's: what is asked for, and the keys that
/// were given without a value (<c>mem=</c>, or 0), which take the environment's away.
/// </summary>
/// <param name="Asked">What is asked for; it has no value for a key that is in <paramref name="Unset"/>.</param>
/// <param name="Unset">The keys given without a value.</param>
public sealed record ConstraintRequest(Constraints Asked, ImmutableSortedSet<ConstraintKey> Unset)
{
    /// <summary>Nothing was said.</summary>
    public static ConstraintRequest None { get; } = new(Constraints.None, ImmutableSortedSet<ConstraintKey>.Empty);

    /// <summary>As it would be typed: see <see cref="ConstraintText"/>.</summary>
    public override string ToString() => ConstraintText.Format(this);
}
