using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using StateServer.Domain.Tests.Apply;
using StateServer.Domain.Tests.Model;

namespace StateServer.Domain.Tests.Membership;

/// <summary>
/// Runs commands on the membership at its feature level, and checks the invariants behind each. Members are named after their numbers:
/// one to nine; machine n - 1 is member n's where there is an environment.
/// </summary>
internal sealed class MembershipScript
{
    private static readonly string[] Names = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

    /// <summary>A cluster of some voters.</summary>
    /// <param name="voters">How many: members 1 to that.</param>
    /// <param name="target">How many are wanted; 0 for nothing said.</param>
    /// <param name="bootstrap">Whether there is an environment.</param>
    public MembershipScript(int voters = 3, int target = 0, bool bootstrap = true)
    {
        for (var i = 1; i <= voters; i++)
        {
            Do(new RegisterMemberCommand(Member(i)));
        }

        Do(new RaiseFeatureLevelCommand(MembershipCommand.FirstFeatureLevel));
        Vote([.. Enumerable.Range(1, voters).Select(voter => (ulong)voter)]);
        if (bootstrap)
        {
            Do(new BootstrapEnvironmentCommand(ModelScript.Settings));
            for (var i = 1; i <= voters; i++)
            {
                Do(new AdoptMachineCommand(Id(i), "trusty", Member(i).Zone, new InstanceId($"server-{i}"), $"h:{i}"));
            }
        }

        if (target > 0)
        {
            Do(new SetTargetCommand(target, MemberWish.None, Force: false));
        }
    }

    public Script Script { get; } = new();

    /// <summary>The replicated time of the next command.</summary>
    public long Now { get; set; } = 1_000;

    public MembershipState Membership => Script.State.Membership;

    public ModelState Model => Script.State.Model;

    /// <summary>The newest event: its kind and what it says of whom.</summary>
    public (ModelEventKind Kind, string Subject, string Text) Told
    {
        get
        {
            var told = Model.Events[^1];
            return (told.Kind, told.Subject, told.Text);
        }
    }

    public static NodeId Id(int member) => new((ulong)member);

    public static string Name(int member) => Names[member];

    /// <summary>What a member says of itself: members 1, 2, 3 stand in zones a, b, c, and so on again.</summary>
    public static MemberRecord Member(int member) => new(
        Id(member),
        Name(member),
        new FolderId((ulong)member + 100),
        new Zone(((char)('a' + ((member - 1) % 3))).ToString()),
        $"h{member}:1",
        [$"http://h{member}:2"],
        MembershipCommand.FirstFeatureLevel,
        "1",
        DateTimeOffset.UnixEpoch);

    public static AddMemberCommand Add(int member, int? replaces = null, string zone = "b") =>
        new(Id(member), Name(member), new Zone(zone), replaces is { } old ? Id(old) : null, "wanted");

    public static BeginOperationCommand Grow(params int[] members) =>
        new(OperationKind.Grow, [.. members.Select(Id)], [], true, "more are wanted");

    public static BeginOperationCommand Swap(int promote, int remove, bool promoteFirst) =>
        new(OperationKind.Swap, [Id(promote)], [Id(remove)], promoteFirst, "it is lost");

    public static BeginOperationCommand Shrink(params int[] members) =>
        new(OperationKind.Shrink, [], [.. members.Select(Id)], false, "fewer are wanted");

    public MemberStanding Standing(int member) => Membership.Standings[Id(member)];

    public MemberMark Mark(int member) => Membership.MarkOf(Id(member));

    public MemberPhase? Phase(int member, bool isSilent = false) => MemberPhases.Of(Script.State, Id(member), isSilent);

    public Outcome Run(Command command)
    {
        var outcome = Script.Run(command, milliseconds: Now);
        MembershipInvariants.Check(Script.State);
        return outcome;
    }

    public void Do(Command command)
    {
        var outcome = Run(command);
        Assert.True(outcome is not Rejection, $"{command}: {outcome}");
    }

    public void Vote(params ulong[] voters)
    {
        Script.Vote(voters);
        MembershipInvariants.Check(Script.State);
    }

    /// <summary>A newcomer that has joined.</summary>
    public void Join(int member, int? replaces = null, string zone = "b")
    {
        Do(Add(member, replaces, zone));
        Do(new RegisterMemberCommand(Member(member)));
    }

    /// <summary>The command changes nothing, not even a revision.</summary>
    public void Unchanged(Command command)
    {
        var (digest, revision) = (Script.State.Digest, Script.State.Keyspace.Revision);
        Do(command);
        Assert.Equal((digest, revision), (Script.State.Digest, Script.State.Keyspace.Revision));
    }

    /// <summary>The command is refused with exactly this line, and changes nothing.</summary>
    public void Refused(Command command, RejectionReason reason, string text)
    {
        var before = Script.State;
        var refusal = Assert.IsType<Rejection>(Run(command));
        Assert.Equal((reason, text), (refusal.Reason, refusal.Detail));
        Assert.Equal(before.Digest, (Script.State with { TimestampMilliseconds = before.TimestampMilliseconds }).Digest);
    }

    public string Value(string key) => Apply.Script.Text(Script.Find("/stateserver/" + key).KeyValues.Single());

    public bool HasKey(string key) => Script.Find("/stateserver/" + key).KeyValues.Length > 0;
}
