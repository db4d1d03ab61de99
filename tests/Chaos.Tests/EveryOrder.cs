using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Tests;

/// <summary>The dumb twin of the linearizability checker: tries every order of every subset that keeps what was acknowledged.</summary>
internal static class EveryOrder
{
    public static bool Explains(IReadOnlyList<Operation> history)
    {
        Operation[] telling = [.. history.Where(o => o.Status != OperationStatus.Fail && !(o.Status == OperationStatus.Unknown && o.Kind == OperationKind.Read))];
        return Extend(telling, new bool[telling.Length], null);
    }

    private static bool Extend(Operation[] all, bool[] placed, string? state)
    {
        if (Enumerable.Range(0, all.Length).All(i => placed[i] || all[i].Status == OperationStatus.Unknown))
        {
            return true;
        }

        for (int i = 0; i < all.Length; i++)
        {
            if (placed[i] || MustWait(all, placed, i) || !Fits(all[i], state, out string? next))
            {
                continue;
            }

            placed[i] = true;
            if (Extend(all, placed, next))
            {
                return true;
            }

            placed[i] = false;
        }

        return false;
    }

    private static bool MustWait(Operation[] all, bool[] placed, int i) => Enumerable.Range(0, all.Length)
        .Any(j => j != i && !placed[j] && all[j].Status == OperationStatus.Ok && all[j].Return < all[i].Call);

    private static bool Fits(Operation o, string? state, out string? next)
    {
        next = state;
        switch (o.Kind)
        {
            case OperationKind.Read:
                return o.Value == state;
            case OperationKind.Write:
                next = o.Value;
                return true;
            case OperationKind.Delete:
                next = null;
                return true;
            default:
                bool swaps = o.Expect == state;
                next = swaps ? o.Value : state;
                return o.Status == OperationStatus.Unknown || swaps == o.Swapped;
        }
    }
}
