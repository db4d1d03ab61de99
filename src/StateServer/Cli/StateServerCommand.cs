using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using StateServer.Cli.Verbs;
using StateServer.Local;

namespace StateServer.Cli;

/// <summary>The command line: parses, runs one verb, and turns what went wrong into lines and an exit code.</summary>
internal static class StateServerCommand
{
    /// <summary>Runs one command line.</summary>
    /// <param name="args">The arguments, without the executable's name.</param>
    /// <param name="output">Where results go; standard output where null.</param>
    /// <param name="error">Where complaints go, one line each; standard error where null. The console is opened only when it is written to: `server` may have put a file in its place by then.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> InvokeAsync(
        IReadOnlyList<string> args, TextWriter? output = null, TextWriter? error = null)
    {
        ParseResult parsed = Build().Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            string verb = string.Join(' ', Path(parsed.CommandResult.Command).Prepend("stateserver"));
            foreach (string message in Complaints(parsed))
            {
                await (error ?? Console.Error).WriteLineAsync($"stateserver: {message} (see '{verb} --help')");
            }

            return ExitCode.WrongUse;
        }

        try
        {
            var invocation = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,

                // Each verb handles its own signals: `server` hands leadership over, `up` stops its members.
                ProcessTerminationTimeout = null,
            };
            if (output is not null && error is not null)
            {
                invocation.Output = output;
                invocation.Error = error;
            }

            return await parsed.InvokeAsync(invocation);
        }
        catch (VerbFailedException failure)
        {
            await ComplainAsync(failure.Lines, error);
            return failure.ExitCode;
        }
        catch (LocalFailureException failure)
        {
            await ComplainAsync(failure.Lines, error);
            return failure.WrongUse ? ExitCode.WrongUse : ExitCode.Failed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await ComplainAsync([exception.Message], error);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            await ComplainAsync(["interrupted"], error);
            return ExitCode.Interrupted;
        }
    }

    private static async Task ComplainAsync(IEnumerable<string> lines, TextWriter? error)
    {
        foreach (string line in lines)
        {
            await (error ?? Console.Error).WriteLineAsync($"stateserver: {line}");
        }
    }

    /// <summary>The parser's complaints, a line each. That a verb is missing is no news where one was mistyped.</summary>
    private static IEnumerable<string> Complaints(ParseResult parsed)
    {
        if (parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens.Count > 0)
        {
            return [$"there is no verb or flag '{parsed.UnmatchedTokens[0]}'; the verbs are {string.Join(", ", parsed.CommandResult.Command.Subcommands.Select(c => c.Name))}"];
        }

        if (parsed.CommandResult.Command is Verb { Subcommands.Count: > 0 } verb)
        {
            string verbs = string.Join(", ", verb.Subcommands.Select(c => c.Name));
            return [parsed.UnmatchedTokens is [var stranger, ..]
                ? $"'{verb.Name}' has no verb or flag '{stranger}'; give one of {verbs}"
                : $"'{verb.Name}' needs one of {verbs}"];
        }

        if (parsed.CommandResult.Command is RootCommand)
        {
            return [$"a verb is missing; give one of {string.Join(", ", parsed.CommandResult.Command.Subcommands.Select(c => c.Name))}"];
        }

        return parsed.Errors
            .Select(e => string.Join(' ', e.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.'))
            .Distinct();
    }

    /// <summary>A verb's words, the outermost first.</summary>
    private static IEnumerable<string> Path(Command command) => command is Verb
        ? command.Parents.OfType<Verb>().SelectMany(Path).Append(command.Name)
        : [];

    private static RootCommand Build()
    {
        var root = new RootCommand(
            "StateServer: a replicated, durable key-value store that speaks etcd's v3 API.")
        {
            UpVerb.Create(),
            DownVerb.Create(),
            BootstrapVerb.Create(),
            DestroyEnvironmentVerb.Create(),
            LocalVerb.Create(),
            ServerVerb.Create(),
            AgentVerb.Create(),
            StatusVerb.Create(),
            EnvironmentsVerb.Create(),
            SwitchVerb.Create(),
            SnapshotVerb.Create(),
            RecoverVerb.Create(),
            MintVerb.Create(),
            VersionVerb.Create(),
        };
        foreach (Verb verb in MembershipVerbs.Create().Concat(ModelVerbs.Create()))
        {
            root.Subcommands.Add(verb);
        }

        foreach (Option option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction usual } help)
            {
                help.Action = new HelpWithExamples(usual);
            }
        }

        return root;
    }
}
