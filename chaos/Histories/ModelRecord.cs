namespace StateServer.Chaos.Histories;

/// <summary>One record of the model as a key of its view, or an answer, gave it.</summary>
/// <param name="Key">Its key in the view without the prefix, such as <c>units/web/0</c>.</param>
/// <param name="Text">All that both the view and the Model service tell of it, in one line.</param>
internal sealed record ModelRecord(string Key, string Text)
{
    public const string Machines = "machines/";
    public const string Services = "services/";
    public const string Units = "units/";

    /// <summary>The revision at which its key was created; 0 where an answer gave it.</summary>
    public long CreateRevision { get; init; }

    public bool IsDying { get; init; }

    /// <summary>Of a machine: its zone.</summary>
    public string? Zone { get; init; }

    /// <summary>Of a unit: the number of its machine.</summary>
    public int? Machine { get; init; }

    /// <summary>Of a unit on a machine: the assignment's number. Only the view tells it.</summary>
    public long Assignment { get; init; }

    /// <summary>Of a service: its max-skew.</summary>
    public int MaxSkew { get; init; }

    public bool IsMachine => Key.StartsWith(Machines, StringComparison.Ordinal);

    public bool IsService => Key.StartsWith(Services, StringComparison.Ordinal);

    public bool IsUnit => Key.StartsWith(Units, StringComparison.Ordinal);

    /// <summary>Such as <c>web/0</c>, <c>web</c> or <c>3</c>.</summary>
    public string Name => Key[(Key.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>Of a unit or service: the service's name.</summary>
    public string Service => Name.Split('/')[0];

    /// <summary>Of a unit or machine: its number.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int Number => int.Parse(Name.Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture);
}
