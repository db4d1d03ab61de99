using StateServer.Domain.Identity;

namespace StateServer.Domain.Keyspace;

/// <summary>What a range read asks for; the fields and their defaults are those of etcd's RangeRequest.</summary>
public sealed record RangeQuery
{
    /// <summary>The keys asked for.</summary>
    public required KeyRange Range { get; init; }

    /// <summary>At most this many keys; 0 for all.</summary>
    public long Limit { get; init; }

    /// <summary>Read as of this revision; 0 or less for the newest.</summary>
    public Revision AtRevision { get; init; }

    /// <summary>The order of the result.</summary>
    public SortOrder SortOrder { get; init; }

    /// <summary>What is sorted by.</summary>
    public SortTarget SortTarget { get; init; }

    /// <summary>Leave out values.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>Return the count alone.</summary>
    public bool CountOnly { get; init; }

    /// <summary>Lower bound (inclusive) of the mod revision; 0 for none.</summary>
    public Revision MinModRevision { get; init; }

    /// <summary>Upper bound (inclusive) of the mod revision; 0 for none.</summary>
    public Revision MaxModRevision { get; init; }

    /// <summary>Lower bound (inclusive) of the create revision; 0 for none.</summary>
    public Revision MinCreateRevision { get; init; }

    /// <summary>Upper bound (inclusive) of the create revision; 0 for none.</summary>
    public Revision MaxCreateRevision { get; init; }
}
