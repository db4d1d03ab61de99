namespace StateServer.Bench.Operations;

/// <summary>Reads nine times of ten, and writes once.</summary>
internal sealed class MixedOperation(IOperation read, IOperation write, int client) : IOperation
{
    private const int OneWriteIn = 10;

    private readonly Random _random = new(client);

    /// <summary>How many of its operations were writes that succeeded.</summary>
    public long Writes { get; private set; }

    public async Task RunAsync()
    {
        if (_random.Next(OneWriteIn) != 0)
        {
            await read.RunAsync().ConfigureAwait(false);
            return;
        }
        await write.RunAsync().ConfigureAwait(false);
        Writes++;
    }
}
