using System.CommandLine;
using StateServer.Bench.Placement;
using StateServer.Domain.Model;

namespace StateServer.Bench.Cli;

/// <summary>bench placement: measures the planner by itself.</summary>
internal static class PlacementCommand
{
    private static readonly Option<int> Machines = OptionForms.Number("--machines", 5000, 100, ModelLimits.MostMachines / 2, "Machines that stand.");
    private static readonly Option<int> Units = OptionForms.Number("--units", ModelLimits.MostUnits, 1000, ModelLimits.MostUnits, "Units of all services.");
    private static readonly Option<int> Rounds = OptionForms.Number("--rounds", 3, 1, 100, "How often each figure is taken; the first also warms up.");

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        Command command = new("placement", "Measure the planner: placing all units, adding one, losing a zone; in 3 and in 24 zones.") { Machines, Units, Rounds };
        command.SetAction(parsed =>
        {
            PlacementBench bench = new(Console.Out);
            bool right = true;
            foreach (int zones in (int[])[3, 24])
            {
                right &= bench.Run(parsed.GetValue(Machines), parsed.GetValue(Units), zones, parsed.GetValue(Rounds));
            }

            return right ? 0 : 1;
        });
        return command;
    }
}
