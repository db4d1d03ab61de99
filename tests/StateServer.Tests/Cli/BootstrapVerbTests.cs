using StateServer.Cli;
using StateServer.Cli.Verbs;
using StateServer.Environments;
using StateServer.StateServer.Tests.Local;

namespace StateServer.StateServer.Tests.Cli;

/// <summary>What <c>bootstrap</c> and <c>destroy-environment</c> judge before they change anything.</summary>
public sealed class BootstrapVerbTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("{type: local}", null, "local-a")]
    [InlineData("{type: local}", "zone=local-c", "local-c")]
    [InlineData("{type: local, zones: [local-b, local-c]}", null, "local-b")]
    [InlineData("{type: local, constraints: 'zones=local-c'}", null, "local-c")]
    [InlineData("{type: local, zone-count: 5}", "zone=local-e", "local-e")]
    public void Machine_0_stands_in_a_zone_that_the_environment_uses(string settings, string? to, string zone) =>
        Assert.Equal(zone, BootstrapVerb.ZoneOf(Spec(settings), to).Name);

    [Theory]
    [InlineData("{type: local}", "local-a", "unknown placement directive: local-a")]
    [InlineData("{type: local}", "0", "unknown placement directive: 0")]
    [InlineData("{type: local}", "zone=", "invalid availability zone \"\"; the zones are local-a, local-b, local-c")]
    [InlineData("{type: local}", "zone=x", "invalid availability zone \"x\"; the zones are local-a, local-b, local-c")]
    [InlineData("{type: local, zones: [local-b]}", "zone=local-a", "invalid availability zone \"local-a\"; the zones are local-b")]
    [InlineData("{type: local, zones: [local-b], constraints: 'zones=local-a'}", null, "no zone is in 'zones' and in the constraints both; the zones are local-a, local-b, local-c")]
    public void A_zone_that_it_doesn_t_use_is_refused(string settings, string? to, string complaint)
    {
        var failure = Assert.Throws<VerbFailedException>(() => BootstrapVerb.ZoneOf(Spec(settings), to));
        Assert.Equal((ExitCode.WrongUse, complaint), (failure.ExitCode, failure.Message));
    }

    [Fact]
    public void What_the_line_says_wins_over_the_file()
    {
        EnvironmentSpec spec = BootstrapVerb.Amended(
            Spec("{type: local, default-series: jammy, constraints: mem=2G cpu-cores=2}"), "noble", "mem=4G zones=local-b");
        Assert.Equal(("noble", 4096L, 2L), (spec.DefaultSeries, (long)spec.Constraints.MemoryMiB!, (long)spec.Constraints.CpuCores!));
        Assert.Equal("local-b", BootstrapVerb.ZoneOf(spec, null).Name);
        Assert.Equal("jammy", BootstrapVerb.Amended(Spec("{type: local, default-series: jammy}"), null, null).DefaultSeries);
    }

    [Theory]
    [InlineData("", null, "--series: \"\" is no name")]
    [InlineData("a b", null, "--series: \"a b\" is no name")]
    [InlineData(null, "colour=blue", "--constraints: unknown constraint \"colour\"")]
    [InlineData(null, "mem", "--constraints: malformed constraint \"mem\"")]
    [InlineData(null, "zones=x", "--constraints: there is no zone x; the zones are local-a, local-b, local-c")]
    public void Nonsense_is_refused_before_anything_is_made(string? series, string? constraints, string complaint)
    {
        var failure = Assert.Throws<VerbFailedException>(() => BootstrapVerb.Amended(Spec("{type: local}"), series, constraints));
        Assert.Equal(ExitCode.WrongUse, failure.ExitCode);
        Assert.StartsWith(complaint, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("destroy-environment -y", "holds no environment; give its folder with --root")]
    [InlineData("down", "holds no local cluster; give its folder with --root")]
    [InlineData("deploy web", "holds no local cluster; give its folder with --root")]
    public async Task Where_nothing_stands_nothing_is_ended(string line, string complaint)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        string file = _home.Below("environments.yaml");
        await File.WriteAllTextAsync(file, "environments: {local: {type: local}}", TestContext.Current.CancellationToken);
        string[] words = [.. line.Split(' '), "--root", _home.Below("nowhere")];
        Assert.Equal(1, await StateServerCommand.InvokeAsync(words[0] == "destroy-environment" ? [.. words, "--environments", file] : words, output, error));
        Assert.Contains(complaint, error.ToString(), StringComparison.Ordinal);
    }

    private EnvironmentSpec Spec(string settings)
    {
        List<string> errors = [];
        EnvironmentsFile? file = EnvironmentsFile.Parse("environments.yaml", $"environments: {{a: {settings}}}", errors);
        Assert.Empty(errors);
        return file!.Environments["a"];
    }
}
