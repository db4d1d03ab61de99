using System.CommandLine;
using Microsoft.Extensions.Options;
using StateServer.Consensus;
using StateServer.Consensus.Hosting;
using StateServer.Consensus.Raft;
using StateServer.Hosting;
using StateServer.Options;
using StateServer.Providers.Local;
using StateServer.Providers.Local.Native;

namespace StateServer.Cli.Verbs;

/// <summary><c>server</c>: one member, until SIGTERM or Ctrl-C.</summary>
internal static class ServerVerb
{
    /// <summary>Whoever looks whether a folder is claimed holds it for an instant.</summary>
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(1);

    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb(
            "server",
            "Run one member until SIGTERM or Ctrl-C. Each setting is a flag, an environment variable STATESERVER_… or a key of "
            + "the --config file; the flag wins over the variable, the variable over the file.",
            "server --config /etc/stateserver/a.yaml",
            "server --name a --node-id 17 --cluster-id 4711 --data-dir /var/lib/stateserver --initial-members a=17@127.0.0.1:2380",
            "server --name d --node-id 21 --cluster-id 4711 --data-dir /var/lib/stateserver --join 10.0.0.1:2380,10.0.0.2:2380",
            "mint a=10.0.0.1:2380 b=10.0.0.2:2380 c=10.0.0.3:2380    (ids and flags for three)");
        var config = new Option<string?>("--config")
        {
            Description = "A yaml or json file of settings; keys are the flags' names without dashes in front.",
            HelpName = "FILE",
        };
        var ownSession = new Option<bool>("--own-session") { Hidden = true };
        Dictionary<string, Option<string?>> flags = ServerSettings.All.ToDictionary(
            s => s.Name,
            s => new Option<string?>(s.Flag) { Description = $"{s.Description} [{s.EnvironmentVariable}]", HelpName = s.ValueName });
        verb.Options.Add(config);
        verb.Options.Add(ownSession);
        foreach (Option<string?> flag in flags.Values)
        {
            verb.Options.Add(flag);
        }

        verb.SetAction((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(ownSession))
            {
                LibC.StartSession();
                LibC.CloseInput();
            }

            Dictionary<string, string> given = flags
                .Where(f => parsed.GetResult(f.Value) is { Implicit: false })
                .ToDictionary(f => f.Key, f => parsed.GetValue(f.Value) ?? "");
            ServerOptions options = Options(given, parsed.GetValue(config));
            return RunAsync(options, cancellationToken);
        });
        return verb;
    }

    /// <summary>Gathers, reads and judges the settings; all that is wrong is said at once.</summary>
    /// <exception cref="VerbFailedException">Something is wrong.</exception>
    internal static ServerOptions Options(IReadOnlyDictionary<string, string> flags, string? configFile)
    {
        List<string> errors = [];
        IReadOnlyDictionary<string, SettingValue> file =
            configFile is null ? new Dictionary<string, SettingValue>() : SettingsFile.Read(configFile, errors);
        IReadOnlyDictionary<string, SettingValue> gathered =
            ServerSettingsGathering.Gather(flags, Environment.GetEnvironmentVariable, file);
        ServerOptions options = ServerOptionsReading.Read(gathered, errors);
        if (options.LogFile is { } log)
        {
            // From here on everything is said there, refusals and the runtime's own last words among it.
            RedirectTo(log);
        }

        ValidateOptionsResult judged = new ServerOptionsValidator().Validate(null, options);
        errors.AddRange(judged.Failures ?? []);
        int exitCode = errors.Count > 0 ? ExitCode.WrongUse : ExitCode.Failed;
        errors.AddRange(SurroundingsCheck.Errors(options));
        return errors.Count == 0 ? options : throw new VerbFailedException(exitCode, errors);
    }

    private static void RedirectTo(string log)
    {
        try
        {
            LibC.RedirectOutput(log);
        }
        catch (IOException exception)
        {
            throw new VerbFailedException(ExitCode.Failed, $"--log-file: {exception.Message}");
        }
    }

    private static async Task<int> RunAsync(ServerOptions options, CancellationToken cancellationToken)
    {
        using FolderLock? claim = await FolderLock.TakeAsync(
            options.DataFolder!, LockPatience, TimeProvider.System, cancellationToken);
        if (claim is null)
        {
            int? pid = FolderLock.Look(options.DataFolder!).Holder?.Pid;
            throw new VerbFailedException(
                ExitCode.Failed,
                $"--data-dir: {options.DataFolder} belongs to a running member{(pid is null ? "" : $" (pid {pid})")}; stop it, or give another folder");
        }

        try
        {
            await using WebApplication app = MemberHost.Build(
                options,
                (services, replica) => services.AddReplica(replica),
                (endpoints, port) => endpoints.MapPeerServices(port));
            Task<string> removal = app.Services.GetRequiredService<IMembershipControl>().Removal;
            await app.RunAsync(cancellationToken);
            if (removal.IsCompletedSuccessfully)
            {
                throw new VerbFailedException(
                    ExitCode.Removed,
                    $"this member was removed from the cluster: {await removal}; its folder {options.DataFolder} is retired and must not be used again");
            }

            // The replica sets it when it ends the host because it could not start.
            return Environment.ExitCode;
        }
        catch (MemberFolderException exception) when (exception.IsRetired)
        {
            throw new VerbFailedException(ExitCode.Removed, exception.Message);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or VerbFailedException))
        {
            throw new VerbFailedException(ExitCode.Failed, OneLine(exception));
        }
    }

    private static string OneLine(Exception exception)
    {
        Exception cause = exception is AggregateException { InnerExceptions: [var only] } ? only : exception;
        bool isOurs = cause.GetType().Namespace?.StartsWith("StateServer.", StringComparison.Ordinal) ?? false;
        return cause.Message.ReplaceLineEndings(" ") + (isOurs ? "" : $" ({cause.GetType().Name})");
    }
}
