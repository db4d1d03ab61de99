using StateServer.Agent;
using StateServer.Cli;
using StateServer.Cli.Verbs;
using StateServer.StateServer.Tests.Local;

namespace StateServer.StateServer.Tests.Agent;

public sealed class AgentSettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_file_gives_the_settings_and_flags_go_first()
    {
        File.WriteAllText(
            _folder.Below("user-data"),
            """{"folder":"/tmp/a","environment-id":"18446744073709551615","incarnation":2,"machine":3,"instance":"i-1","endpoints":"a:1, b:2","ports":"5000-5001","log-limit":"1MiB"}""");
        AgentOptions options = AgentVerb.Options(new Dictionary<string, string> { ["machine"] = "4" }, _folder.Below("user-data"));
        Assert.Equal(ulong.MaxValue, options.Environment.Value);
        Assert.Equal(2, options.Incarnation);
        Assert.Equal(4, options.Machine.Value);
        Assert.Equal("i-1", options.Instance.Name);
        Assert.Equal(1 << 20, options.LogBytes);
        Assert.Equal(["a:1", "b:2"], options.Endpoints.AsEnumerable());
        Assert.Equal(new PortRange(5000, 5001), options.Ports);
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        File.WriteAllText(_folder.Below("user-data"), """{"colour":"red","machine":[1]}""");
        var failure = Assert.Throws<VerbFailedException>(() => AgentVerb.Options(
            new Dictionary<string, string>
            {
                ["folder"] = "x",
                ["environment-id"] = "0",
                ["endpoints"] = "nowhere",
                ["ports"] = "9-1",
                ["log-limit"] = "1KiB",
                ["address"] = "a b",
            },
            _folder.Below("user-data")));
        Assert.Equal(ExitCode.WrongUse, failure.ExitCode);
        string[] expected =
        [
            "there is no setting 'colour'", "'machine' is neither", "--machine is missing", "--instance is missing", "--environment-id: '0'",
            "--endpoints: 'nowhere'", "--address: 'a b'", "--ports: '9-1'", "--log-limit: 1024",
        ];
        Assert.Equal(expected.Length, failure.Lines.Count);
        Assert.All(expected.Zip(failure.Lines), pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_of_another_machine_is_refused()
    {
        AgentOptions first = Options(environment: "7", machine: "1", incarnation: "2");
        AgentRecord.Check(first);
        AgentRecord.Check(first);
        foreach (AgentOptions other in new[] { Options("8", "1", "2"), Options("7", "2", "2"), Options("7", "1", "1") })
        {
            Assert.Contains("belongs to machine 1 of environment 7, incarnation 2", Assert.Throws<IOException>(() => AgentRecord.Check(other)).Message, StringComparison.Ordinal);
        }

        AgentRecord.Check(Options("7", "1", "3"));
        Assert.Throws<IOException>(() => AgentRecord.Check(first));
    }

    public void Dispose() => _folder.Dispose();

    private AgentOptions Options(string environment, string machine, string incarnation) => AgentVerb.Options(
        new Dictionary<string, string>
        {
            ["folder"] = _folder.Path,
            ["environment-id"] = environment,
            ["machine"] = machine,
            ["incarnation"] = incarnation,
            ["instance"] = "i",
            ["endpoints"] = "127.0.0.1:1",
        },
        null);
}
