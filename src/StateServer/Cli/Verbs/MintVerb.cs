using System.CommandLine;
using StateServer.Local;
using StateServer.Options;

namespace StateServer.Cli.Verbs;

/// <summary><c>mint</c>: new ids for a cluster whose members are started by hand.</summary>
internal static class MintVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var members = new Argument<string[]>("member")
        {
            Description = "A member as name=host:port, the port being its peer port: 1, 3, 5 or 7 of them.",
            Arity = ArgumentArity.OneOrMore,
        };
        var verb = new Verb(
            "mint",
            "Print a new cluster id, a node id for each member, and the lines to start them with. Changes nothing.",
            "mint a=10.0.0.1:2380 b=10.0.0.2:2380 c=10.0.0.3:2380") { members };
        verb.SetAction(parsed => Print(parsed.GetValue(members)!, parsed.InvocationConfiguration.Output));
        return verb;
    }

    private static int Print(string[] members, TextWriter output)
    {
        if (members.FirstOrDefault(m => m.Count(c => c == '=') != 1 || m.Contains('@', StringComparison.Ordinal)) is { } stranger)
        {
            throw new VerbFailedException(
                ExitCode.WrongUse, $"'{stranger}' is no member; give name=host:port, such as a=10.0.0.1:2380");
        }

        // Any id will do to check the list by the same rules that `server` has; then each gets its own.
        IEnumerable<string> withIds = members.Select(m => m.Replace("=", $"={MintedId.Next()}@", StringComparison.Ordinal));
        if (InitialMemberList.TryParse(string.Join(',', withIds), out var list) is { } wrong)
        {
            throw new VerbFailedException(ExitCode.WrongUse, wrong);
        }

        List<string> errors = [.. InitialMemberList.Errors(list)];
        if (errors.Count > 0)
        {
            throw new VerbFailedException(ExitCode.WrongUse, errors);
        }

        string cluster = MintedId.Next().ToString(System.Globalization.CultureInfo.InvariantCulture);
        string initial = InitialMemberList.Format(list);
        output.WriteLine($"cluster-id: {cluster}");
        output.WriteLine($"initial-members: {initial}");
        foreach (Consensus.InitialMember member in list)
        {
            output.WriteLine();
            output.WriteLine(
                $"stateserver server --name {member.Name} --node-id {member.Id} --cluster-id {cluster} "
                + $"--advertise-peer {member.PeerAddress} --initial-members {initial} "
                + "--data-dir FOLDER --zone ZONE --listen-client IP:PORT --listen-peer IP:PORT --listen-http IP:PORT");
        }

        return ExitCode.Done;
    }
}
