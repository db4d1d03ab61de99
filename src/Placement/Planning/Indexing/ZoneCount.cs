using System.Runtime.InteropServices;
using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Indexing;

/// <summary>A number for each zone.</summary>
internal sealed class ZoneCount
{
    private readonly Dictionary<Zone, int> _counts = [];

    /// <summary>The sum, what has no zone included.</summary>
    public int All { get; private set; }

    public int In(Zone zone) => _counts.GetValueOrDefault(zone);

    public void Add(Zone? zone, int by)
    {
        All += by;
        if (zone is { } known)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_counts, known, out _) += by;
        }
    }
}
