using StateServer.Scenarios.Waiting;

namespace StateServer.Scenarios.Processes;

/// <summary>Reads what a running process prints, line by line, and keeps it.</summary>
internal sealed class LineReader
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];

    public LineReader(StreamReader output) => _ = Task.Run(async () =>
    {
        while (await output.ReadLineAsync() is { } line)
        {
            lock (_gate)
            {
                _lines.Add(line);
            }
        }
    });

    /// <summary>Waits for a line that holds the text.</summary>
    public Task<string> AwaitAsync(string text) => Until.SomeAsync(
        $"a line says '{text}'", Patience, () => Task.FromResult(All().Find(line => line.Contains(text, StringComparison.Ordinal))), () => string.Join('\n', All()));

    private List<string> All()
    {
        lock (_gate)
        {
            return [.. _lines];
        }
    }
}
