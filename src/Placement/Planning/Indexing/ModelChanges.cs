using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Indexing;

/// <summary>Which machines and units differ between two models; naming one that doesn't differ does no harm.</summary>
/// <param name="Machines">Added, changed or removed.</param>
/// <param name="Units">Added, changed or removed.</param>
public sealed record ModelChanges(ImmutableArray<MachineId> Machines, ImmutableArray<UnitName> Units)
{
    /// <summary>
    /// As Apply kept them, which costs what changed; where it didn't, by walking both models side by side: linear in what they hold,
    /// and nothing where a table is the same object.
    /// </summary>
    public static ModelChanges Between(ModelState before, ModelState after) =>
        after.ChangesSince(before) is var (machines, units)
            ? new(machines, units)
            : new(Differing(before.Machines, after.Machines), Differing(before.Units, after.Units));

    private static ImmutableArray<TKey> Differing<TKey, TRecord>(
        ImmutableSortedDictionary<TKey, TRecord> before, ImmutableSortedDictionary<TKey, TRecord> after)
        where TKey : struct, IComparable<TKey>
        where TRecord : class
    {
        if (ReferenceEquals(before, after))
        {
            return [];
        }

        var differing = ImmutableArray.CreateBuilder<TKey>();
        using var old = before.GetEnumerator();
        using var young = after.GetEnumerator();
        bool isOld = old.MoveNext();
        bool isYoung = young.MoveNext();
        while (isOld || isYoung)
        {
            int order = !isYoung ? -1 : !isOld ? 1 : old.Current.Key.CompareTo(young.Current.Key);
            if (order != 0 || !ReferenceEquals(old.Current.Value, young.Current.Value))
            {
                differing.Add(order <= 0 ? old.Current.Key : young.Current.Key);
            }

            isOld = order <= 0 ? old.MoveNext() : isOld;
            isYoung = order >= 0 ? young.MoveNext() : isYoung;
        }

        return differing.ToImmutable();
    }
}
