using System.CommandLine;
using StateServer.Options;
using StateServer.Snapshots;

namespace StateServer.Cli.Verbs;

/// <summary><c>snapshot save</c>: a running cluster's state to a file.</summary>
internal static class SnapshotSaveVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var file = new Argument<string>("file") { Description = "The file to write; one of that name is replaced once the new one is whole." };
        var cluster = new ClusterOptions();
        var local = new Option<bool>("--local")
        {
            Description = "Take what a member has even where no quorum can confirm that nothing newer was acknowledged.",
        };
        var verb = new Verb(
            "save",
            "Save a running cluster's state to a file: all that was acknowledged before, while writes go on. Asks a follower where "
            + "one serves, to spare the leader. The file is verified, and appears under its name whole or not at all.",
            "snapshot save /backup/monday.snap",
            "snapshot save /backup/monday.snap --endpoints 10.0.0.1:2379,10.0.0.2:2379,10.0.0.3:2379")
        {
            file,
        };
        cluster.AddTo(verb);
        verb.Options.Add(local);
        verb.SetAction(async parsed =>
        {
            using var interruption = new Interruption();
            string path = parsed.GetValue(file)!;
            if (path.Length == 0)
            {
                throw new VerbFailedException(ExitCode.WrongUse, "the file's name is empty; give a path");
            }

            var download = new SnapshotDownload(
                cluster.Read(parsed).Endpoints, parsed.GetValue(local));
            (string endpoint, long bytes) = await download.SaveAsync(path, interruption.Token);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(
                $"Saved {ByteSize.Format(bytes)} from {endpoint} in {Path.GetFullPath(path)}");
            return ExitCode.Done;
        });
        return verb;
    }
}
