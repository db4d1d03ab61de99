using System.CommandLine;
using StateServer.Chaos.Faults;
using StateServer.Chaos.Membership;
using StateServer.Chaos.Membership.Faults;
using StateServer.Chaos.Runs;
using StateServer.Chaos.Workloads;

namespace StateServer.Chaos.Cli;

/// <summary><c>list</c>: what there is.</summary>
internal static class ListVerb
{
    public static Command Create()
    {
        var command = new Command("list", "Lists workloads and faults, and what this machine can't do.");
        command.SetAction(_ =>
        {
            Console.WriteLine("workloads:");
            foreach (IWorkload workload in Catalogue.Workloads.Select(make => make()))
            {
                Console.WriteLine($"  {workload.Name,-24} {workload.Description}");
            }

            Console.WriteLine($"  {MembershipCatalogue.Workload,-24} {MembershipCatalogue.Description}");
            Console.WriteLine("faults:");
            foreach (IFault fault in Catalogue.Faults)
            {
                Console.WriteLine($"  {fault.Name,-24} {fault.Description}{(fault.Unavailable is { } why ? $" (not here: {why})" : "")}");
            }

            Console.WriteLine($"faults of {MembershipCatalogue.Workload}:");
            foreach (IMembershipFault fault in MembershipCatalogue.Faults)
            {
                Console.WriteLine($"  {fault.Name,-24} {fault.Description}{(fault.LeastMembers > 3 ? $"; {fault.LeastMembers} members at least" : "")}{(fault.Unavailable is { } why ? $" (not here: {why})" : "")}");
            }

            return 0;
        });
        return command;
    }
}
