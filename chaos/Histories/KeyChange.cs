namespace StateServer.Chaos.Histories;

/// <summary>One event of a watch.</summary>
/// <param name="Revision">The revision that changed the key.</param>
/// <param name="Key">The key.</param>
/// <param name="Now">The key after it; null where it was deleted.</param>
/// <param name="Before">The key before it, as the event tells; null where it was absent or wasn't asked for.</param>
internal sealed record KeyChange(long Revision, string Key, KeyVersion? Now, KeyVersion? Before)
{
    public override string ToString() => $"{Revision}:{(Now is null ? "delete" : "put")} {Key}{(Now is null ? "" : $"={Now.Value}")}";
}
