using System.Runtime.InteropServices;

namespace StateServer.Cli;

/// <summary>Turns Ctrl-C, SIGTERM and the terminal's hang-up into a cancellation, once; a second one ends the process as usual.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private volatile int _exitCode = ExitCode.Interrupted;

    public Interruption()
    {
        _registrations =
        [
            .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }
                .Select(signal => PosixSignalRegistration.Create(signal, Handle)),
        ];
    }

    /// <summary>Cancelled at the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The end of a verb that a signal kept from what it was to do.</summary>
    /// <param name="lines">What became of it.</param>
    /// <returns>Its exit code is 128 and the signal's number, as for a process that the signal ended.</returns>
    public VerbFailedException Failure(params IReadOnlyList<string> lines) => new(_exitCode, lines);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (!_source.IsCancellationRequested)
        {
            context.Cancel = true;
            _exitCode = context.Signal switch
            {
                PosixSignal.SIGTERM => 143,
                PosixSignal.SIGHUP => 129,
                _ => ExitCode.Interrupted,
            };
            _source.Cancel();
        }
    }
}
