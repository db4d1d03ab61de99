using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Agent.Reports;

/// <summary>What an agent says of one unit.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Assignment">The assignment it is run under.</param>
/// <param name="Status">What it does.</param>
/// <param name="Message">One line on why it waits or how it ended; empty otherwise.</param>
/// <param name="Address">host:port that its process was given; empty before.</param>
/// <param name="Restarts">How often it was started again under this assignment.</param>
/// <param name="ExitCode">How its process ended last; null before, and where nobody saw it.</param>
internal sealed record UnitState(
    UnitName Unit, long Assignment, UnitStatus Status, string Message, string Address, int Restarts, int? ExitCode)
{
    private const int MostMessage = 256;

    /// <summary>As it is sent.</summary>
    /// <param name="number">The report's number; 0 where it was acknowledged before.</param>
    public Protos.Agent.UnitReport ToReport(long number)
    {
        var report = new Protos.Agent.UnitReport
        {
            Report = number,
            Service = Unit.Service.Name,
            Number = Unit.Number,
            Assignment = Assignment,
            Status = (Protos.Agent.UnitStatus)Status,
            Message = Message.Length > MostMessage ? Message[..MostMessage] : Message,
            Address = Address,
            Restarts = Restarts,
        };
        if (ExitCode is { } code)
        {
            report.ExitCode = code;
        }

        return report;
    }
}
