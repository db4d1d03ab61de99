using System.Collections.Immutable;
using System.CommandLine;
using Grpc.Core;
using StateServer.Client;
using StateServer.Client.Failures;
using StateServer.Environments;

namespace StateServer.Cli;

/// <summary>
/// What the verbs about the model share: whom they ask, the session that makes their retries safe, the form of what they print, and
/// how failures are told.
/// </summary>
/// <param name="people">What the form for people is called.</param>
internal sealed class ModelCall(string people = "text")
{
    private readonly ImmutableArray<string> _forms = [people, "json", "yaml"];

    private readonly ClusterOptions _cluster = new();
    private readonly Option<string> _format = new("--format")
    {
        Description = $"The form to print: {people}, json or yaml.",
        HelpName = "FORM",
        DefaultValueFactory = _ => people,
    };

    private readonly Option<string?> _retry = new("--retry")
    {
        Description = "Send a request again whose outcome was not known: the rest of the line as it was, and the id that was told. It is carried out once.",
        HelpName = "ID",
    };

    /// <summary>Gives a verb that reads the shared flags, and its work.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="work">The work: asks, and writes what it was told.</param>
    public void Serve(Verb verb, Func<ParseResult, ModelSession, Task> work)
    {
        _cluster.AddTo(verb);
        verb.Options.Add(_format);
        verb.SetAction(parsed => RunAsync(parsed, work));
    }

    /// <summary>Gives a verb that writes the shared flags, and its work: one write, after what it reads.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="work">The work: asks, and writes what it was told.</param>
    public void ServeWrite(Verb verb, Func<ParseResult, ModelSession, Task> work)
    {
        verb.Options.Add(_retry);
        Serve(verb, work);
    }

    private async Task<int> RunAsync(ParseResult parsed, Func<ParseResult, ModelSession, Task> work)
    {
        OutputForm form = Form(parsed.GetValue(_format)!);
        WriteId? resumed = parsed.CommandResult.Command.Options.Contains(_retry) ? Resumed(parsed.GetValue(_retry)) : null;
        ClusterTarget target = _cluster.Read(parsed);
        ClientOptions options = Options(target.Endpoints) with { Resumed = resumed };
        using var interruption = new Interruption();
        await using var client = new StateServerClient(options);
        try
        {
            await work(parsed, new ModelSession(client, form, parsed.InvocationConfiguration.Output, interruption.Token) { IsRepeated = resumed is not null });
            await target.RefreshAsync(
                client, new EnvironmentReachStore(ConfigurationFolder.Of(Environment.GetEnvironmentVariable)), TimeProvider.System, interruption.Token);
            return ExitCode.Done;
        }
        catch (StateServerException failure)
        {
            VerbFailedException told = Told(failure);
            throw interruption.Token.IsCancellationRequested ? interruption.Failure(told.Lines) : told;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            throw interruption.Failure("interrupted; nothing was changed");
        }
    }

    /// <summary>A failure as a line: the server's own words where it refused for good.</summary>
    internal static VerbFailedException Told(StateServerException failure)
    {
        string said = failure.InnerException is RpcException refusal ? Plain(refusal.Status.Detail) : failure.Message;
        return failure switch
        {
            OutcomeUnknownException unknown => new VerbFailedException(
                ExitCode.Failed,
                $"whether it was done is not known ({Plain(failure.Message)}); 'stateserver status' shows what stands"
                + (unknown.Write is { } write ? $", and the same command with '--retry {write}' does it once at most" : "")),
            OutcomeForgottenException => new VerbFailedException(
                ExitCode.Failed, $"it was done, but what it answered is lost ({said}); 'stateserver status' shows what stands"),
            { Code: StatusCode.Unimplemented } => new VerbFailedException(
                ExitCode.Failed, "the members are of an earlier version that knows no model; give them this version first"),
            { Code: StatusCode.InvalidArgument } => new VerbFailedException(ExitCode.WrongUse, said),
            { Code: StatusCode.NotFound or StatusCode.AlreadyExists or StatusCode.FailedPrecondition or StatusCode.ResourceExhausted } =>
                new VerbFailedException(ExitCode.Failed, said),
            _ => new VerbFailedException(ExitCode.Failed, Plain(failure.Message)),
        };
    }

    private static string Plain(string message) =>
        message.Replace("stateserver: ", "", StringComparison.Ordinal).ReplaceLineEndings(" ");

    private static ClientOptions Options(ImmutableArray<string> endpoints)
    {
        var options = new ClientOptions { Endpoints = endpoints, ExactlyOnceWrites = true, MaxEndpoints = Math.Max(32, endpoints.Length) };
        return options.Faults() is { Count: > 0 } faults
            ? throw new VerbFailedException(ExitCode.WrongUse, [.. faults.Select(f => $"--endpoints: {f.Split(" (Parameter")[0]}")])
            : options;
    }

    private static WriteId? Resumed(string? text) => text is null
        ? null
        : WriteId.Parse(text) ?? throw new VerbFailedException(
            ExitCode.WrongUse, $"--retry: '{text}' is no request's id; give the one that was told, such as 4711/1");

    private OutputForm Form(string text) => _forms.IndexOf(text) is >= 0 and var form
        ? (OutputForm)form
        : throw new VerbFailedException(ExitCode.WrongUse, $"--format: there is no form '{text}'; give {people}, json or yaml");
}
