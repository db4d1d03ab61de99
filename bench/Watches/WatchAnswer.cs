namespace StateServer.Bench.Watches;

/// <summary>
/// An etcdserverpb.WatchResponse read where it lies: its head at once, its events one by one. Only what is measured is read; keys
/// and headers are stepped over.
/// </summary>
internal ref struct WatchAnswer
{
    private ReadOnlySpan<byte> _rest;

    /// <exception cref="InvalidDataException">It isn't one.</exception>
    public WatchAnswer(ReadOnlySpan<byte> message)
    {
        _rest = message;
        WireReader head = new(message);
        while (head.Next())
        {
            switch (head.Field)
            {
                case 2:
                    WatchId = (long)head.Number;
                    break;
                case 3:
                    Created = head.Number != 0;
                    break;
                case 4:
                    Canceled = head.Number != 0;
                    break;
                case 6:
                    Reason = System.Text.Encoding.UTF8.GetString(head.Bytes);
                    break;
                default:
                    break;
            }
        }
    }

    public long WatchId { get; }

    public bool Created { get; }

    public bool Canceled { get; }

    /// <summary>Why it was cancelled, or null.</summary>
    public string? Reason { get; }

    /// <summary>The version of the key by the current event; 0 for a deletion.</summary>
    public long Version { get; private set; }

    /// <summary>The value by the current event.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Steps to the next event.</summary>
    public bool MoveNext()
    {
        const int Events = 11;
        WireReader fields = new(_rest);
        while (fields.Next())
        {
            if (fields.Field == Events)
            {
                ReadEvent(fields.Bytes);
                _rest = fields.Rest;
                return true;
            }
        }
        return false;
    }

    private void ReadEvent(ReadOnlySpan<byte> message)
    {
        const int KeyValue = 2;
        Version = 0;
        Value = default;
        WireReader fields = new(message);
        while (fields.Next())
        {
            if (fields.Field == KeyValue)
            {
                ReadKeyValue(fields.Bytes);
            }
        }
    }

    private void ReadKeyValue(ReadOnlySpan<byte> message)
    {
        WireReader fields = new(message);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case 4:
                    Version = (long)fields.Number;
                    break;
                case 5:
                    Value = fields.Bytes;
                    break;
                default:
                    break;
            }
        }
    }
}
