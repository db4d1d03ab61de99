using StateServer.Cli;
using StateServer.Cli.Verbs;
using StateServer.Environments;
using StateServer.StateServer.Tests.Local;

namespace StateServer.StateServer.Tests.Environments;

/// <summary>Which environment is current, and the verbs <c>environments</c> and <c>switch</c>.</summary>
public sealed class CurrentEnvironmentTests : IDisposable
{
    private const string Three = "environments: {a: {type: local}, b: {type: local}, cloud: {type: ec2, region: r-1}}";

    private readonly TemporaryFolder _home = new();
    private readonly Dictionary<string, string?> _variables = [];

    public CurrentEnvironmentTests() => _variables["XDG_CONFIG_HOME"] = _home.Path;

    private ConfigurationFolder Folder => ConfigurationFolder.Of(Variable);

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Without_a_file_there_is_the_built_in_environment()
    {
        Assert.Equal("local", EnvironmentOptions.Choose(null, null, Variable).Name);
        Assert.Equal(
            ["   Name   Type   Region  Bootstrapped", "*  local  local  -       no"], List().Output);
    }

    [Fact]
    public void The_flag_wins_over_the_variable_the_variable_over_switch_and_switch_over_the_default()
    {
        Write($"default: cloud\n{Three}");
        Assert.Equal("cloud", Chosen(null));
        Assert.Equal(["cloud -> a"], Switch("a"));
        Assert.Equal("a", Chosen(null));
        _variables[CurrentEnvironment.Variable] = "b";
        Assert.Equal("b", Chosen(null));
        Assert.Equal("a", Chosen("a"));
        _variables[CurrentEnvironment.Variable] = "";
        Assert.Equal("a", Chosen(null));

        string? Chosen(string? given)
        {
            EnvironmentsFile file = EnvironmentOptions.Read(null, Variable);
            CurrentEnvironment current = CurrentEnvironment.Of(given, Variable, Folder, file);
            Assert.Null(current.TryFind(file, out EnvironmentSpec? chosen));
            return chosen!.Name;
        }
    }

    [Fact]
    public void Switch_prints_the_old_and_the_new_one()
    {
        Write(Three);
        Assert.Equal(["-> a"], Switch("a"));
        Assert.Equal(["a (no change)"], Switch("a"));
        Assert.Equal(["a -> cloud"], Switch("cloud"));
        Assert.Equal(["cloud"], Switch(null));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, TemporaryFolder.ModeOf(Folder.CurrentEnvironmentFile));
        Assert.Empty(Directory.GetFiles(Folder.Path, "*.new"));
    }

    [Fact]
    public void Switch_refuses_an_unknown_name_and_a_variable_that_would_win()
    {
        Write(Three);
        Switch("a");
        (int exitCode, string line) = Refusal(() => Switch("x"));
        Assert.Equal((2, $"there is no environment \"x\" in {Folder.EnvironmentsFile}; there are a, b, cloud"), (exitCode, line));
        _variables[CurrentEnvironment.Variable] = "b";
        Assert.Equal(
            (1, "cannot switch while STATESERVER_ENVIRONMENT is set (to \"b\"); unset it, since it wins over what is chosen"),
            Refusal(() => Switch("cloud")));
        _variables.Remove(CurrentEnvironment.Variable);
        Assert.Equal(["a"], Switch(null));
    }

    [Fact]
    public void What_can_not_be_chosen_says_who_named_it_and_what_there_is()
    {
        Write(Three);
        Assert.Equal(
            (2, $"no environment is chosen; give -e ENV, STATESERVER_ENVIRONMENT, 'stateserver switch ENV' or 'default:' in {Folder.EnvironmentsFile}: there are a, b, cloud"),
            Refusal(() => EnvironmentOptions.Choose(null, null, Variable)));
        Assert.Equal(
            (2, $"-e: there is no environment \"x\" in {Folder.EnvironmentsFile}; there are a, b, cloud"),
            Refusal(() => EnvironmentOptions.Choose("x", null, Variable)));
        Assert.Equal(
            (1, "environment 'cloud' is of type ec2, which is not in this build; use one of type local"),
            Refusal(() => EnvironmentOptions.Choose("cloud", null, Variable)));
        Switch("b");
        Write("environments: {a: {type: local}}");
        Assert.Equal(
            (2, $"'stateserver switch' ({Folder.CurrentEnvironmentFile}): there is no environment \"b\" in {Folder.EnvironmentsFile}; there are a"),
            Refusal(() => EnvironmentOptions.Choose(null, null, Variable)));
        File.WriteAllText(Folder.CurrentEnvironmentFile, new string('\n', 5));
        Assert.Equal("a", EnvironmentOptions.Choose(null, null, Variable).Name);
    }

    [Fact]
    public void The_list_marks_the_current_one_and_those_that_are_bootstrapped()
    {
        Write(Three);
        Assert.Equal(
            ["   Name   Type   Region  Bootstrapped", "   a      local  -       no", "   b      local  -       no", "   cloud  ec2    r-1     no"],
            List().Output);
        Switch("b");
        new EnvironmentReachStore(Folder).Write(EnvironmentReach.Of("b", new(7), new(8), ["127.0.0.1:2379"]));
        Assert.Equal("*  b      local  -       yes", List().Output[2]);
        Assert.Equal(
            ["file: " + Folder.EnvironmentsFile, "current: b", "environments:", "- name: a", "  type: local", "  region:", "  current: false", "  bootstrapped: false"],
            List(format: "yaml").Output[..8].Select(line => line.TrimEnd()));
        string json = string.Join('\n', List(format: "json").Output);
        Assert.Contains("""
                {
                  "name": "cloud",
                  "type": "ec2",
                  "region": "r-1",
                  "current": false,
                  "bootstrapped": false
                }
            """, json, StringComparison.Ordinal);
        Assert.Equal((2, "--format: there is no form 'xml'; give text, yaml, json"), Refusal(() => List(format: "xml")));
    }

    [Fact]
    public void A_current_one_that_is_not_there_is_a_complaint_beside_the_list()
    {
        Write(Three);
        (int exitCode, string[] output, string error) = List(environment: "x");
        Assert.Equal(1, exitCode);
        Assert.Equal(4, output.Length);
        Assert.StartsWith("stateserver: -e: there is no environment \"x\" in ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_file_is_wrong_use_with_all_its_lines()
    {
        Write("environments: {a: {type: x}, b: {}}");
        var failure = Assert.Throws<VerbFailedException>(() => { List(); });
        Assert.Equal(2, failure.ExitCode);
        Assert.Equal(2, failure.Lines.Count);
    }

    private string? Variable(string name) => _variables.GetValueOrDefault(name);

    private void Write(string text)
    {
        Directory.CreateDirectory(Folder.Path);
        File.WriteAllText(Folder.EnvironmentsFile, text);
    }

    private string[] Switch(string? name)
    {
        using var output = new StringWriter();
        Assert.Equal(0, SwitchVerb.Run(name, null, Variable, output));
        return Lines(output);
    }

    private (int ExitCode, string[] Output, string Error) List(string? environment = null, string format = "text")
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = EnvironmentsVerb.Print(environment, null, format, Variable, output, error);
        return (exitCode, Lines(output), error.ToString());
    }

    private static (int ExitCode, string Line) Refusal(Func<object> action)
    {
        var failure = Assert.Throws<VerbFailedException>(() => { action(); });
        return (failure.ExitCode, Assert.Single(failure.Lines));
    }

    private static string[] Lines(StringWriter output) => output.ToString().TrimEnd().Split(Environment.NewLine);
}
