using System.Collections.Immutable;
using System.CommandLine;
using Grpc.Core;
using StateServer.Client;
using StateServer.Client.Failures;
using StateServer.Local;

namespace StateServer.Cli;

/// <summary>
/// What the verbs about the model share: whom they ask, the session that makes their retries safe, the form of what they print, and
/// how failures are told.
/// </summary>
internal sealed class ModelCall
{
    private static readonly ImmutableArray<string> Forms = ["text", "json", "yaml"];

    private readonly Option<string?> _endpoints = EndpointOption.Make();
    private readonly Option<string?> _root = LocalOptions.Root();
    private readonly Option<string> _format = new("--format")
    {
        Description = "The form to print: text, json or yaml.",
        HelpName = "FORM",
        DefaultValueFactory = _ => Forms[0],
    };

    /// <summary>Gives a verb the shared flags, and its work.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="work">The work: asks, and writes what it was told.</param>
    public void Serve(Verb verb, Func<ParseResult, ModelSession, Task> work)
    {
        verb.Options.Add(_endpoints);
        verb.Options.Add(_root);
        verb.Options.Add(_format);
        verb.SetAction(async parsed =>
        {
            OutputForm form = Form(parsed.GetValue(_format)!);
            ClientOptions options = Options(EndpointOption.Read(parsed.GetValue(_endpoints), LocalRoot.Of(parsed.GetValue(_root))));
            using var interruption = new Interruption();
            await using var client = new StateServerClient(options);
            try
            {
                await work(parsed, new ModelSession(client, form, parsed.InvocationConfiguration.Output, interruption.Token));
                return ExitCode.Done;
            }
            catch (StateServerException failure)
            {
                throw Told(failure);
            }
            catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
            {
                throw new VerbFailedException(ExitCode.Failed, "interrupted; nothing was sent");
            }
        });
    }

    /// <summary>A failure as a line: the server's own words where it refused for good.</summary>
    internal static VerbFailedException Told(StateServerException failure)
    {
        string said = failure.InnerException is RpcException refusal ? Plain(refusal.Status.Detail) : failure.Message;
        return failure switch
        {
            OutcomeUnknownException => new VerbFailedException(
                ExitCode.Failed, $"whether it was done is not known ({Plain(failure.Message)}); 'stateserver status' shows what stands"),
            OutcomeForgottenException => new VerbFailedException(
                ExitCode.Failed, $"it was done, but what it answered is lost ({said}); 'stateserver status' shows what stands"),
            { Code: StatusCode.Unimplemented } => new VerbFailedException(
                ExitCode.Failed, "the members are of an earlier version that knows no model; give them this version first"),
            { Code: StatusCode.InvalidArgument } => new VerbFailedException(ExitCode.WrongUse, said),
            { Code: StatusCode.NotFound or StatusCode.AlreadyExists or StatusCode.FailedPrecondition } =>
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

    private static OutputForm Form(string text) => Forms.IndexOf(text) is >= 0 and var form
        ? (OutputForm)form
        : throw new VerbFailedException(ExitCode.WrongUse, $"--format: there is no form '{text}'; give text, json or yaml");
}
