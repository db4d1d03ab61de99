using System.Text.Json.Serialization;

namespace StateServer.Chaos.Histories;

/// <summary>One operation as its client saw it: a line of a history file. Times are nanoseconds of one monotonic clock.</summary>
internal sealed record Operation
{
    /// <summary>The client; one operation at a time each.</summary>
    [JsonPropertyName("process")]
    public required int Process { get; init; }

    /// <summary>What was asked for.</summary>
    [JsonPropertyName("op")]
    public required OperationKind Kind { get; init; }

    /// <summary>The register.</summary>
    [JsonPropertyName("key")]
    public required string Key { get; init; }

    /// <summary>The value written, or read; null for an absent key.</summary>
    [JsonPropertyName("value")]
    public string? Value { get; init; }

    /// <summary>A compare-and-swap's expected value; null for an absent key.</summary>
    [JsonPropertyName("expect")]
    public string? Expect { get; init; }

    /// <summary>Whether a compare-and-swap swapped; meaningful where it ended ok.</summary>
    [JsonPropertyName("swapped")]
    public bool? Swapped { get; init; }

    /// <summary>When it was called.</summary>
    [JsonPropertyName("call")]
    public required long Call { get; init; }

    /// <summary>When it returned.</summary>
    [JsonPropertyName("return")]
    public required long Return { get; init; }

    /// <summary>How it ended.</summary>
    [JsonPropertyName("status")]
    public required OperationStatus Status { get; init; }
}
