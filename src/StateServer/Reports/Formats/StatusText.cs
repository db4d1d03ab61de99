namespace StateServer.Reports.Formats;

/// <summary>A report in the form that was asked for.</summary>
internal static class StatusText
{
    /// <summary>Writes it, without a line end.</summary>
    public static string Write(ClusterReport report, StatusFormat format, DateTimeOffset now) => format switch
    {
        StatusFormat.Json => JsonStatus.Write(report),
        StatusFormat.Yaml => YamlStatus.Write(report),
        StatusFormat.Oneline => LineStatus.WriteOneline(report),
        StatusFormat.Summary => LineStatus.WriteSummary(report),
        _ => TabularStatus.Write(report, now),
    };
}
