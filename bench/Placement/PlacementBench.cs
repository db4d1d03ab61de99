using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning;
using StateServer.Placement.Planning.Audit;
using StateServer.Placement.Planning.Indexing;
using StateServer.Placement.Planning.Steps;

namespace StateServer.Bench.Placement;

/// <summary>Measures the planner by itself: no cluster, one thread.</summary>
internal sealed class PlacementBench(TextWriter output)
{
    private const int Services = 100;
    private const int SingleAdds = 500;

    /// <summary>Prints a line a figure.</summary>
    /// <returns>False where a plan didn't do what it should.</returns>
    public bool Run(int machines, int units, int zones, int rounds)
    {
        output.WriteLine($"{machines} machines in {zones} zones, {units} units of {Services} services, skew of 1 held");
        PlacementModel size = new(machines, zones, Services, units);
        bool right = true;
        for (int round = 1; round <= rounds; round++)
        {
            right &= PlaceAll(size, units);
            right &= AddOne(new PlacementModel(machines, zones, Services, units - SingleAdds));
            right &= LoseZone(size, machines, units, zones);
        }

        return right;
    }

    /// <summary>
    /// All units wait: the clean machines are taken, and machines added for the rest, in one plan, until there are as many as the model
    /// takes.
    /// </summary>
    private bool PlaceAll(PlacementModel size, int units)
    {
        PlanningInput input = size.Input(size.Waiting());
        (PlacementIndex index, double building) = Timed(() => PlacementIndex.Of(input.Model));
        (Plan plan, double planning) = Timed(() => Planner.Make(input, index, int.MaxValue));
        (ImmutableArray<string> errors, double audit) = Timed(() => PlanAudit.Errors(input, plan));
        Print("place all", $"{plan.Steps.Length / planning * 1000:F0} placements/s; {planning:F1} ms for {plan.Steps.Length}, index {building:F1} ms, audit {audit:F0} ms");
        return plan.Steps.Length == Math.Min(units, ModelLimits.MostMachines) && Passes(errors);
    }

    /// <summary>
    /// One unit is added to a cluster where all stand, again and again, as the loop does it: the model is what Apply made of it, the
    /// index finds what changed by itself, and the plan is audited.
    /// </summary>
    private bool AddOne(PlacementModel size)
    {
        PlacementLog log = new(size.Full());
        (PlacementIndex index, double building) = Timed(() => PlacementIndex.Of(log.Model));
        double[] found = new double[SingleAdds];
        double[] planned = new double[SingleAdds];
        double[] audited = new double[SingleAdds];
        bool right = true;
        for (int i = 0; i < SingleAdds; i++)
        {
            log.Add(PlacementModel.ServiceOf(i % Services));
            PlanningInput input = size.Input(log.Model);
            (_, found[i]) = Timed(() =>
            {
                index.Advance(input.Model);
                return index;
            });
            (Plan plan, planned[i]) = Timed(() => Planner.Make(input, index));
            (ImmutableArray<string> errors, audited[i]) = Timed(() => PlanAudit.Errors(input, plan));
            right &= plan.Steps is [AddMachineStep] && Passes(errors);
            log.Carry((AddMachineStep)plan.Steps[0]);
        }

        double[] whole = [.. Enumerable.Range(0, SingleAdds).Select(i => found[i] + planned[i] + audited[i])];
        Print("add one", $"{Median(whole):F3} ms (p99 {Quantile(whole, 0.99):F3}): changes found {Median(found):F3}, planned {Median(planned):F3}, audited {Median(audited):F3}; index anew {building:F1} ms");
        return right;
    }

    /// <summary>All machines of a zone fall silent: they are lost, and their units move, each to a new machine while the model takes more.</summary>
    private bool LoseZone(PlacementModel size, int machines, int units, int zones)
    {
        ModelState model = size.Full();
        Zone lost = PlacementModel.ZoneOf(0);
        AgentContact contact = AgentContact.Full with
        {
            SilentForMilliseconds = model.Machines.Values.Where(m => m.Zone == lost).ToImmutableSortedDictionary(m => m.Id, _ => 60_000L),
        };
        PlanningInput input = size.Input(model, contact);
        PlacementIndex index = PlacementIndex.Of(model);
        (Plan plan, double planning) = Timed(() => Planner.Make(input, index, int.MaxValue));
        int gone = plan.Steps.OfType<DeclareMachineLostStep>().Count();
        int moved = plan.Steps.Length - gone;
        (ImmutableArray<string> errors, double audit) = Timed(() => PlanAudit.Errors(input, plan));
        Print("lose a zone", $"{planning:F1} ms: {gone} machines lost, {moved} units moved, {moved / planning * 1000:F0} a second; audit {audit:F0} ms");
        return gone == (machines + zones - 1) / zones
            && moved == Math.Min((units + zones - 1) / zones, ModelLimits.MostMachines - machines)
            && Passes(errors);
    }

    private bool Passes(ImmutableArray<string> errors)
    {
        foreach (string error in errors.Take(3))
        {
            output.WriteLine($"  WRONG: {error}");
        }

        return errors.IsEmpty;
    }

    private void Print(string what, FormattableString figures) => output.WriteLine($"  {what,-12} {figures.ToString(CultureInfo.InvariantCulture)}");

    private static (T Result, double Milliseconds) Timed<T>(Func<T> work)
    {
        long from = Stopwatch.GetTimestamp();
        T result = work();
        return (result, Stopwatch.GetElapsedTime(from).TotalMilliseconds);
    }

    private static double Median(double[] values) => Quantile(values, 0.5);

    private static double Quantile(double[] values, double quantile)
    {
        double[] ascending = [.. values.Order()];
        return ascending[(int)(quantile * (ascending.Length - 1))];
    }
}
