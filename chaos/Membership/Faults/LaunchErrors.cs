using System.Globalization;

namespace StateServer.Chaos.Membership.Faults;

/// <summary>Files where the next machines' folders would be: launching these fails at once. Until disposal.</summary>
internal sealed class LaunchErrors : IDisposable
{
    /// <summary>How many machines from the next one on, and how many attempts of each.</summary>
    private const int Machines = 8, Attempts = 6;

    private readonly string[] _files;

    private LaunchErrors(string[] files) => _files = files;

    public static LaunchErrors Begin(HealingCluster cluster)
    {
        string ended = Path.Combine(cluster.Root, "provider", "ended");
        string[][] names =
        [
            .. cluster.MachineFolders().Concat(Directory.Exists(ended) ? Directory.EnumerateFiles(ended) : [])
                .Select(path => Path.GetFileNameWithoutExtension(path).Split('-')),
        ];
        int next = names.Max(name => int.Parse(name[^2], CultureInfo.InvariantCulture)) + 1;
        string environment = string.Join('-', names[0][..^2]);
        string[] files =
        [
            .. Enumerable.Range(next, Machines).SelectMany(machine => Enumerable.Range(1, Attempts)
                .Select(attempt => Path.Combine(cluster.MachinesFolder, string.Create(CultureInfo.InvariantCulture, $"{environment}-{machine}-{attempt}")))),
        ];
        var errors = new LaunchErrors(files);
        Array.ForEach(files, file => File.WriteAllText(file, ""));
        return errors;
    }

    public void Dispose() => Array.ForEach(_files, File.Delete);
}
