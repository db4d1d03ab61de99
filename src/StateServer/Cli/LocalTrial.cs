using StateServer.Local;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Providers.Local;

namespace StateServer.Cli;

/// <summary>What the verbs of <c>local</c> do alike: find the root's machines, and say in a line what the provider refuses.</summary>
internal static class LocalTrial
{
    /// <summary>Another process's work in the root takes milliseconds; a zone's end, ten seconds at most.</summary>
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);

    /// <summary>Runs one of them.</summary>
    /// <exception cref="VerbFailedException">The root holds nothing of ours, or the provider refuses.</exception>
    public static async Task<int> RunAsync(LocalRoot root, Func<LocalFaults, CancellationToken, Task> work)
    {
        var faults = new LocalFaults(root.Path, LockPatience, TimeProvider.System);
        if (!faults.KnowsRoot && LocalCluster.Read(root.Path) is null)
        {
            throw new VerbFailedException(ExitCode.Failed, $"{root.Path} holds no local cluster or machines; give their folder with --root");
        }

        using var interruption = new Interruption();
        try
        {
            await work(faults, interruption.Token);
            return ExitCode.Done;
        }
        catch (InvalidRequestException exception)
        {
            throw new VerbFailedException(ExitCode.WrongUse, exception.Message);
        }
        catch (ProviderException exception)
        {
            throw new VerbFailedException(ExitCode.Failed, exception.Message);
        }
        catch (OperationCanceledException)
        {
            throw interruption.Failure("interrupted; what was begun goes on when the verb is given again");
        }
    }
}
