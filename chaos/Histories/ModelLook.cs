namespace StateServer.Chaos.Histories;

/// <summary>A linearizable answer of the Model service: the whole model.</summary>
/// <param name="Member">Who answered.</param>
/// <param name="Floor">The highest revision that its client had been told of before it asked.</param>
/// <param name="Revision">The revision that it is of.</param>
/// <param name="Records">The records' lines by their keys in the view.</param>
internal sealed record ModelLook(string Member, long Floor, long Revision, IReadOnlyDictionary<string, string> Records);
