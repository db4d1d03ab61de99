using System.Text;

namespace StateServer.Domain.Digests;

/// <summary>Hashes values one behind the other: each one's hash is the next one's seed. Not thread-safe.</summary>
internal struct HashChain(ulong seed)
{
    /// <summary>The hash so far.</summary>
    public ulong Value { get; private set; } = seed;

    public void Add(long number) => Value = StableHash.Of(number, Value);

    public void Add(bool flag) => Add(flag ? 1L : 0);

    /// <summary>A text; none is another value than an empty one.</summary>
    public void Add(string? text)
    {
        Add(text is not null);
        if (text is not null)
        {
            Value = StableHash.Of(Encoding.UTF8.GetBytes(text), Value);
        }
    }

    /// <summary>A number; none is another value than any.</summary>
    public void Add(long? number)
    {
        Add(number.HasValue);
        Add(number ?? 0);
    }

    /// <summary>Texts, their number first.</summary>
    public void Add(IReadOnlyCollection<string> texts)
    {
        Add(texts.Count);
        foreach (var text in texts)
        {
            Add(text);
        }
    }
}
