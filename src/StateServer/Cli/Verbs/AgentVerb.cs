using System.CommandLine;
using StateServer.Agent;
using StateServer.Hosting;
using StateServer.Local;
using StateServer.Providers.Local.Native;

namespace StateServer.Cli.Verbs;

/// <summary><c>agent</c>: runs the units of one machine, as the leader assigns them.</summary>
internal static class AgentVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb(
            "agent",
            "Run the units that the leader assigns to this machine. Providers start it. Its units outlive it: the next agent on the "
            + "same folder takes them up.",
            "agent --folder /var/lib/stateserver/agent --environment-id 7 --machine 3 --instance i-0abc --endpoints 10.0.0.1:2379",
            "agent --folder /var/lib/stateserver/agent --user-data /var/lib/cloud/user-data.json");
        Dictionary<string, Option<string?>> flags = AgentSettings.All.ToDictionary(
            static s => s.Name,
            static s => new Option<string?>("--" + s.Name) { Description = s.Meaning, HelpName = s.Takes });
        foreach (Option<string?> flag in flags.Values)
        {
            verb.Options.Add(flag);
        }

        var userData = new Option<string?>("--user-data")
        {
            Description = "A file of JSON with any of these settings by their names, without the dashes in front. Flags go first.",
            HelpName = "FILE",
        };
        var ownSession = new Option<bool>("--own-session")
        {
            Description = "Leave the terminal's session, as a process that runs in the background.",
            Hidden = true,
        };
        verb.Options.Add(userData);
        verb.Options.Add(ownSession);
        verb.SetAction(async parsed =>
        {
            if (parsed.GetValue(ownSession))
            {
                LibC.StartSession();
                LibC.CloseInput();
            }

            await RunAsync(Options(
                flags.Where(f => parsed.GetValue(f.Value) is not null).ToDictionary(f => f.Key, f => parsed.GetValue(f.Value)!),
                parsed.GetValue(userData)));
            return ExitCode.Done;
        });
        return verb;
    }

    /// <summary>Gathers and judges the settings; all that is wrong is said at once.</summary>
    /// <exception cref="VerbFailedException">Something is wrong.</exception>
    internal static AgentOptions Options(IReadOnlyDictionary<string, string> flags, string? userData)
    {
        List<string> errors = [];
        Dictionary<string, string> given = userData is null ? [] : AgentSettings.ReadFile(userData, errors);
        foreach ((string name, string value) in flags)
        {
            given[name] = value;
        }

        return AgentSettings.Read(given, errors) ?? throw new VerbFailedException(ExitCode.WrongUse, errors);
    }

    private static async Task RunAsync(AgentOptions options)
    {
        using var interruption = new Interruption();
        using ILoggerFactory loggers = LoggerFactory.Create(static logging =>
        {
            logging.Services.AddSingleton(TimeProvider.System);
            MemberLogging.Add(logging, LogLevel.Information);
        });
        try
        {
            await MachineAgent.RunAsync(options, OwnExecutable.Arguments(), loggers, TimeProvider.System, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            // It was told to stop before it had its folder.
        }
    }
}
