namespace StateServer.Cli;

/// <summary>The forms that the verbs about the model print.</summary>
internal enum OutputForm
{
    /// <summary>Lines for people.</summary>
    Text,

    /// <summary>For programs.</summary>
    Json,

    /// <summary>The same fields as yaml.</summary>
    Yaml,
}
