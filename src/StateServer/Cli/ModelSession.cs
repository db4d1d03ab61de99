using System.Text.Json;
using System.Text.Json.Nodes;
using StateServer.Client;
using StateServer.Protos.Operator;
using StateServer.Reports.Formats;

namespace StateServer.Cli;

/// <summary>One verb's conversation with the cluster: the client, and where and in which form answers are written.</summary>
/// <param name="Client">Asks; its writes are retried under a session.</param>
/// <param name="Form">The form that was asked for.</param>
/// <param name="Output">Where it goes.</param>
/// <param name="CancellationToken">Ends it, by Ctrl-C.</param>
internal sealed record ModelSession(StateServerClient Client, OutputForm Form, TextWriter Output, CancellationToken CancellationToken)
{
    /// <summary>True where a request is sent again whose outcome was not known.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>Writes an answer: its text for people, or its fields.</summary>
    /// <param name="text">Whole lines; nothing is written where it is empty.</param>
    /// <param name="fields">What json shows.</param>
    public async Task WriteAsync(string text, object fields)
    {
        string written = Form switch
        {
            OutputForm.Json => JsonSerializer.Serialize(fields, JsonStatus.Options),
            OutputForm.Yaml => YamlText.Write(JsonSerializer.SerializeToNode(fields, JsonStatus.Options)!),
            _ => text,
        };
        if (written.Length > 0)
        {
            await Output.WriteLineAsync(written);
        }
    }

    /// <summary>Writes one of many answers: in json a line.</summary>
    public async Task WriteItemAsync(string text, object fields) => await Output.WriteLineAsync(Form switch
    {
        OutputForm.Json => JsonSerializer.SerializeToNode(fields, JsonStatus.Options)!.ToJsonString(OneLine),
        OutputForm.Yaml => YamlText.Write(new JsonArray(JsonSerializer.SerializeToNode(fields, JsonStatus.Options))),
        _ => text,
    });

    /// <summary>Writes what a change did, or would do.</summary>
    /// <param name="change">The answer.</param>
    /// <param name="done">What was done, in one line.</param>
    public Task WriteChangeAsync(ChangeResponse change, string done) => WriteAsync(
        change.Plan is null ? done : ChangeText.OfPlan(change.Plan),
        new
        {
            change.Revision,
            change.Units,
            change.Machines,
            Plan = change.Plan is null ? null : new { Steps = change.Plan.Steps.Select(s => new { s.Action, s.Reasons }), change.Plan.Awaited },
        });

    private static readonly JsonSerializerOptions OneLine = new(JsonStatus.Options) { WriteIndented = false };
}
