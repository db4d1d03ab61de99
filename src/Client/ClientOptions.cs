using StateServer.Client.Endpoints;

namespace StateServer.Client;

/// <summary>How a client connects and retries.</summary>
public sealed record ClientOptions
{
    private const int MostSessionWrites = 64;

    /// <summary>One or more members, <c>host:port</c>: any one leads to all.</summary>
    public required IReadOnlyList<string> Endpoints { get; init; }

    /// <summary>How long a call may take in all, retries included. Default 10 s: twice the server's own limit, so that its answer arrives.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long one attempt of a call that is safe to repeat may take before another member is asked. Default 3 s: an
    /// election takes 1 s at most when all goes well.
    /// </summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The most attempts of one call. Default 10.</summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>The longest wait before the second attempt; doubled with each, and the wait is random below it. Default 25 ms.</summary>
    public TimeSpan BackoffLow { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>The longest wait before any attempt. Default 1 s.</summary>
    public TimeSpan BackoffHigh { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long to wait for a connection before the next endpoint is tried beside it. Default 250 ms, as RFC 8305 has it.</summary>
    public TimeSpan ConnectStagger { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long connecting may take in all. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether writes go through a session, which makes them safe to repeat: each is executed exactly once however often it
    /// is sent. Default false: a write of unknown outcome is reported and not repeated.
    /// </summary>
    public bool ExactlyOnceWrites { get; init; }

    /// <summary>
    /// An earlier client's write whose outcome was unknown: the first write of this one is sent under its id, in its session.
    /// It must be the same request. Only with <see cref="ExactlyOnceWrites"/>.
    /// </summary>
    public WriteId? Resumed { get; init; }

    /// <summary>
    /// How far the writes of the session may run ahead of the lowest that is unanswered, from 1 to 64; later ones wait.
    /// Default 64, which is as many answers as the server keeps for a session.
    /// </summary>
    public int MaxSessionWrites { get; init; } = MostSessionWrites;

    /// <summary>The most endpoints remembered, learnt ones included. Default 32.</summary>
    public int MaxEndpoints { get; init; } = 32;

    /// <summary>What is wrong with the options, a line each; empty where nothing is.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        if (Endpoints is null || Endpoints.Count == 0)
        {
            faults.Add("no endpoint is given: give one member's address at least, such as 127.0.0.1:2379");
        }

        foreach (var endpoint in Endpoints ?? [])
        {
            try
            {
                Endpoint.Parse(endpoint);
            }
            catch (ArgumentException fault)
            {
                faults.Add(fault.Message);
            }
        }

        Positive(CallTimeout, nameof(CallTimeout));
        Positive(AttemptTimeout, nameof(AttemptTimeout));
        Positive(BackoffLow, nameof(BackoffLow));
        Positive(ConnectStagger, nameof(ConnectStagger));
        Positive(ConnectTimeout, nameof(ConnectTimeout));
        AtLeast(MaxAttempts, 1, nameof(MaxAttempts));
        if (MaxSessionWrites is < 1 or > MostSessionWrites)
        {
            faults.Add($"{nameof(MaxSessionWrites)} is {MaxSessionWrites}: it must be from 1 to {MostSessionWrites}");
        }

        AtLeast(MaxEndpoints, Endpoints?.Count ?? 1, nameof(MaxEndpoints));
        if (BackoffHigh < BackoffLow)
        {
            faults.Add($"{nameof(BackoffHigh)} is {BackoffHigh}: it must be at least {nameof(BackoffLow)}, {BackoffLow}");
        }

        return faults;

        void Positive(TimeSpan value, string name)
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(1))
            {
                faults.Add($"{name} is {value}: it must be above zero and at most a day");
            }
        }

        void AtLeast(int value, int lowest, string name)
        {
            if (value < lowest)
            {
                faults.Add($"{name} is {value}: it must be at least {lowest}");
            }
        }
    }
}
