namespace StateServer.Chaos.Networks;

/// <summary>What happens to the packets from one member to another.</summary>
internal sealed record LinkCondition
{
    /// <summary>Everything is dropped.</summary>
    public static LinkCondition Cut { get; } = new() { Loss = 1 };

    /// <summary>The share of packets that are dropped, 0 to 1.</summary>
    public double Loss { get; init; }

    /// <summary>The share of packets that arrive twice, 0 to 1; the copy comes up to <see cref="Scatter"/> later.</summary>
    public double Duplicates { get; init; }

    /// <summary>The share of packets that are held back for up to <see cref="Scatter"/>, so that later ones overtake them, 0 to 1.</summary>
    public double Reordered { get; init; }

    /// <summary>How long each packet takes, at least; the order is kept.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How far duplicates and held-back packets are scattered.</summary>
    public TimeSpan Scatter { get; init; }
}
