namespace StateServer.Reports.Formats;

/// <summary>The forms that <c>status</c> prints.</summary>
internal enum StatusFormat
{
    /// <summary>Tables for people.</summary>
    Tabular,

    /// <summary>The json contract's fields as yaml.</summary>
    Yaml,

    /// <summary>The contract.</summary>
    Json,

    /// <summary>A line for the cluster and one a member.</summary>
    Oneline,

    /// <summary>Counts.</summary>
    Summary,
}
