using System.CommandLine;
using StateServer.Consensus.Snapshots;
using StateServer.Snapshots;

namespace StateServer.Cli.Verbs;

/// <summary><c>snapshot status</c>: verifies a saved snapshot and says what is in it.</summary>
internal static class SnapshotStatusVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var file = new Argument<string>("file") { Description = "A file of 'snapshot save', ours or etcdctl's." };
        var format = new Option<string>("--format")
        {
            Description = $"The form to print: {string.Join(", ", SnapshotText.Forms)}.",
            HelpName = "FORM",
            DefaultValueFactory = _ => SnapshotText.Forms[0],
        };
        var verb = new Verb(
            "status",
            "Verify a saved snapshot, whole, and say what is in it. Exit code 1 where it is damaged.",
            "snapshot status /backup/monday.snap",
            "snapshot status /backup/monday.snap --format json")
        {
            file,
        };
        verb.Options.Add(format);
        verb.SetAction(parsed => Print(
            parsed.GetValue(file)!, parsed.GetValue(format)!, parsed.InvocationConfiguration.Output));
        return verb;
    }

    private static int Print(string path, string format, TextWriter output)
    {
        if (!SnapshotText.Forms.Contains(format))
        {
            throw new VerbFailedException(
                ExitCode.WrongUse, $"--format: there is no form '{format}'; give {string.Join(", ", SnapshotText.Forms)}");
        }

        output.WriteLine(SnapshotText.Write(SnapshotSummary.Of(Read(path)), format));
        return ExitCode.Done;
    }

    /// <summary>Reads a file, or says in one line why it can't.</summary>
    /// <exception cref="VerbFailedException">It isn't there, is damaged, or no snapshot.</exception>
    internal static SavedSnapshot Read(string path)
    {
        if (path.Length == 0)
        {
            throw new VerbFailedException(ExitCode.WrongUse, "the snapshot file's name is empty; give a path");
        }

        if (Directory.Exists(path))
        {
            throw new VerbFailedException(ExitCode.Failed, $"{path} is a folder; give a file of 'snapshot save'");
        }

        try
        {
            return SavedSnapshot.Read(path);
        }
        catch (SavedSnapshotException exception)
        {
            throw new VerbFailedException(ExitCode.Failed, exception.Message.ReplaceLineEndings(" "));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new VerbFailedException(ExitCode.Failed, $"{path} can't be read: {exception.Message.ReplaceLineEndings(" ")}");
        }
    }
}
