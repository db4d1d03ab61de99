using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Environments;
using StateServer.StateServer.Tests.Local;

namespace StateServer.StateServer.Tests.Environments;

/// <summary>environments.yaml: what is read, and what each wrong line is told.</summary>
public sealed class EnvironmentsFileTests
{
    private const string Whole = """
        default: here
        environments:
          here:
            type: local
            zones: [local-a, local-d]
            default-series: jammy
            constraints: mem=2G zones=local-d
            replace-after: 10s
            root: /srv/machines
            zone-count: 4
            zone-capacity:
              local-b: 2
          amazon:
            type: ec2
            region: us-east-1
            zones: us-east-1a, us-east-1c
            image:
              noble: ami-0abc
              22.04: "ami-0def"
            credentials:
              access-key: env:AWS_KEY
              secret-key: file:/etc/aws/secret
          havana: {type: openstack, credentials: default}
          blue: {type: azure, availability-sets-enabled: false}
          azure: {type: azure}
        """;

    [Fact]
    public void A_whole_file_is_read()
    {
        EnvironmentsFile file = Read(Whole);

        Assert.Equal("here", file.Default);
        Assert.Equal(["amazon", "azure", "blue", "havana", "here"], file.Environments.Keys);
        EnvironmentSpec here = file.Environments["here"];
        Assert.Equal([new Zone("local-a"), new Zone("local-d")], here.Zones);
        Assert.Equal("mem=2048M zones=local-d", ConstraintText.Format(here.Constraints));
        Assert.Equal("/srv/machines", here.Local!.Root);
        Assert.Equal(
            ["local-a=100", "local-b=2", "local-c=100", "local-d=100"], here.Local.ZoneCapacity.Select(p => $"{p.Key}={p.Value}"));
        Assert.Null(here.UseError);

        EnvironmentSpec amazon = file.Environments["amazon"];
        Assert.Null(amazon.Local);
        Assert.Equal([new Zone("us-east-1a"), new Zone("us-east-1c")], amazon.Zones);
        Assert.Equal(["22.04=ami-0def", "noble=ami-0abc"], amazon.Images.Select(p => $"{p.Key}={p.Value}"));
        Assert.Equal(
            ["access-key=env:AWS_KEY", "secret-key=file:/etc/aws/secret"], amazon.Credentials.Select(p => $"{p.Key}={p.Value}"));
        Assert.Empty(file.Environments["havana"].Credentials);
    }

    [Fact]
    public void The_settings_of_a_bootstrap_have_the_usual_values_where_the_file_says_nothing()
    {
        EnvironmentsFile file = Read(Whole);
        EnvironmentSettings Settings(string name) => file.Environments[name].ToSettings(new EnvironmentId(7));

        Assert.Equal(10, Settings("here").ReplaceAfterSeconds);
        Assert.Equal(30, Settings("amazon").ReplaceAfterSeconds);
        Assert.Equal(5, EnvironmentsFile.BuiltIn.Environments["local"].ToSettings(new EnvironmentId(7)).ReplaceAfterSeconds);
        Assert.True(Settings("azure").AvailabilitySetsEnabled);
        Assert.False(Settings("blue").AvailabilitySetsEnabled);
        Assert.False(Settings("amazon").AvailabilitySetsEnabled);
        Assert.Equal("jammy", Settings("here").DefaultSeries);
        Assert.Equal("noble", Settings("amazon").DefaultSeries);
        Assert.Equal(new EnvironmentId(7), Settings("amazon").Id);
    }

    [Theory]
    [InlineData("amazon", "ec2")]
    [InlineData("havana", "openstack")]
    [InlineData("azure", "azure")]
    public void A_cloud_parses_and_can_not_be_used(string name, string type) => Assert.Equal(
        $"environment '{name}' is of type {type}, which is not in this build; use one of type local",
        Read(Whole).Environments[name].UseError);

    [Fact]
    public void All_that_is_wrong_is_told_at_once_with_its_line()
    {
        const string Text = """
            defualt: x
            default: nowhere
            environments:
              here:
                type: local
                Region: x
                replace_after: 30s
                replace-after: 30
                zones: [local-a, local-a, local-z, "b c"]
                zone-count: 27
                zone-capacity: {local-x: 1, local-a: many}
                constraints: mem=lots
                default-series: [noble]
                root: machines
                type: ec2
              amazon:
                type: ec2
                root: /srv
                availability-sets-enabled: true
                secret-key: hunter2
                image: ami-0abc
                credentials: {user: env:X, access-key: hunter2, secret-key: "env:1 2"}
              blue:
                type: azure
                availability-sets-enabled: yes
                image: {noble: }
                replace-after: 1.5s
                zones:
              what: {type: vax}
              which: {region: r}
              nothing:
              "a b": {type: local}
            """;

        Assert.Equal(
            [
                "f:1: no key 'defualt' stands here; the keys are default, environments, and an environment's stand below its name",
                "f:2: 'default': there is no environment \"nowhere\"; there are here, amazon, blue, what, which, nothing, a b",
                "f:6: no environment has a key 'Region'; 'region' is one",
                "f:7: no environment has a key 'replace_after'; 'replace-after' is one",
                "f:8: 'replace-after': '30' is no duration; give a number and a unit, such as 100ms, 2.5s, 5m or 1h, a day at most",
                "f:9: 'zones': local-a occurs more than once; leave one",
                "f:9: 'zones': invalid availability zone \"b c\"; give 1 to 64 letters, digits, dots, dashes or underscores, such as local-a",
                "f:9: 'zones': there is no zone local-z; there are local-a to local-c, by 'zone-count'",
                "f:10: 'zone-count': \"27\" is out of range; give a whole number from 1 to 26",
                "f:11: 'zone-capacity': there is no zone \"local-x\"; there are local-a to local-c, by 'zone-count'",
                "f:11: 'zone-capacity': local-a: \"many\" is out of range; give a whole number from 0 to 1000",
                "f:12: 'constraints': bad \"mem\" constraint: must be a non-negative float with optional M/G/T/P suffix, 1024P at most",
                "f:13: 'default-series' is a list; give one text, such as 'default-series: noble'",
                "f:14: 'root': give an absolute path, or one that begins with ~/",
                "f:15: the key 'type' is here a second time (first in line 5); leave one",
                "f:18: 'root' is for type local only; leave it out of one of type ec2",
                "f:19: 'availability-sets-enabled' is for type azure only; leave it out of one of type ec2",
                "f:20: 'secret-key' is a credential; give it below 'credentials', as env:NAME or file:PATH",
                "f:21: 'image' needs a mapping from series to images, such as 'noble: ami-0abc'",
                "f:22: 'credentials': ec2 has none of this name; it has access-key, secret-key, session-token",
                "f:22: 'credentials': no secret belongs in this file; put it into an environment variable or a file of its own, and give env:NAME or file:PATH",
                "f:22: 'credentials': what follows 'env:' is no variable's name; give letters, digits and underscores, such as env:CLOUD_PASSWORD",
                "f:25: 'availability-sets-enabled': \"yes\" is neither true nor false",
                "f:26: 'image': noble needs the provider's name of an image, 1 to 256 characters",
                "f:27: 'replace-after': '1.5s' is no whole number of seconds; give whole seconds, from 1s to 24h",
                "f:28: 'zones' needs a list of zones' names, such as [local-a, local-b]",
                "f:29: 'type': there is no type \"vax\"; give one of local, ec2, openstack, azure",
                "f:30: environment 'which' has no type; give 'type:' with one of local, ec2, openstack, azure",
                "f:31: environment 'nothing' is empty; give a mapping with at least a type, such as 'type: local'",
                "f:32: invalid environment name \"a b\"; give 1 to 64 letters, digits, dots, dashes or underscores, a letter or digit first",
            ],
            Errors(Text));
    }

    [Theory]
    [InlineData("", "f:1: the file is empty; give a mapping with 'environments:', and 'default:' where there are several")]
    [InlineData("- a", "f:1: the file is a list; give a mapping with 'environments:', and 'default:' where there are several")]
    [InlineData("default: a", "f:1: 'environments:' needs a mapping from names to environments, such as 'here: {type: local}'")]
    [InlineData("\nenvironments: []", "f:2: 'environments:' needs a mapping from names to environments, such as 'here: {type: local}'")]
    [InlineData("environments: {a: {type: local}}\n---\nb: c", "f:2: a second document; give all in one, without '---'")]
    [InlineData("environments: {a: {type: &x local}}", "f:1: an anchor or alias (& or *); write the value out, or put it in quotes if that is how it begins")]
    [InlineData("environments: {a: {type: local, [b]: c}}", "f:1: a key is a list; give a word")]
    [InlineData("default: [a]\nenvironments: {a: {type: local}}", "f:1: 'default' is a list; give an environment's name")]
    [InlineData("environments:\n  a: {type: local, replace-after: 999ms}", "f:2: 'replace-after': '999ms' is too short; give whole seconds, from 1s to 24h")]
    public void Other_files_are_told_what_would_be_right(string text, string error) => Assert.Equal([error], Errors(text));

    [Theory]
    [InlineData("environments: {a: {type: local}")]
    [InlineData("environments:\n  a:\n    type: local\n   zones: b\n")]
    [InlineData("environments: \"a\n")]
    [InlineData("a: b: c")]
    public void Broken_yaml_is_one_line(string text) =>
        Assert.Matches("^f:[0-9]+: not yaml, at column [0-9]+; look for", Assert.Single(Errors(text)));

    [Fact]
    public void Nesting_and_errors_have_a_limit()
    {
        Assert.Empty(Errors("environments: {a: {type: local}}"));
        Assert.Contains("nested deeper than 16 levels", Assert.Single(Errors(new string('[', 100_000))), StringComparison.Ordinal);

        string many = "environments:\n" + string.Concat(Enumerable.Range(0, 101).Select(i => $"  e{i}: {{}}\n"));
        string[] errors = Errors(many);
        Assert.Equal(101, errors.Length);
        Assert.Equal("f: and 1 more", errors[^1]);

        string crowd = "environments:\n" + string.Concat(Enumerable.Range(0, 257).Select(i => $"  e{i}: {{type: local}}\n"));
        Assert.Equal(["f:1: 257 environments; give 256 at most"], Errors(crowd));
    }

    /// <summary>Whatever form an inline secret has, no message repeats it.</summary>
    [Theory]
    [InlineData("secret-key: hunter2")]
    [InlineData("password: hunter2")]
    [InlineData("Secret_Key: hunter2")]
    [InlineData("admin-secret: hunter2")]
    [InlineData("credentials: hunter2")]
    [InlineData("credentials: [hunter2]")]
    [InlineData("credentials: {secret-key: hunter2}")]
    [InlineData("credentials: {secret-key: env:hunter2!}")]
    [InlineData("credentials: {secret-key: file:hunter2}")]
    [InlineData("credentials: {secret-key: [hunter2]}")]
    [InlineData("credentials: {secret-key: &hunter2 x}")]
    [InlineData("credentials: {secret-key: *hunter2}")]
    [InlineData("credentials: {secret-key:hunter2}")]
    [InlineData("credentials: {hunter2: x}")]
    [InlineData("{secret-key:hunter2}")]
    [InlineData("credentials: {secret-key: \"hunter2}")]
    [InlineData("credentials: {secret-key: @hunter2}")]
    [InlineData("credentials: {secret-key: !hunter2 x}")]
    [InlineData("credentials: {secret-key: hunter2, secret-key: hunter2}")]
    public void A_secret_in_the_file_is_refused_and_never_printed(string line)
    {
        string[] errors = Errors($"environments:\n  a:\n    type: ec2\n    {line}\n");
        Assert.NotEmpty(errors);
        Assert.All(errors, e => Assert.DoesNotContain("hunter2", e, StringComparison.Ordinal));
    }

    [Fact]
    public void The_flag_wins_over_the_variable_and_the_variable_over_the_configuration_folder()
    {
        using var folder = new TemporaryFolder();
        var configuration = new ConfigurationFolder(folder.Path);
        string Written(string name)
        {
            string path = folder.Below(name);
            File.WriteAllText(path, $"environments: {{{Path.GetFileNameWithoutExtension(name)}: {{type: local}}}}");
            return path;
        }

        string? variable = null;
        List<string> errors = [];
        string? Found(string? given) =>
            EnvironmentsFile.Find(given, name => name == EnvironmentsFile.Variable ? variable : null, configuration, errors)?.Names;

        Assert.Equal("local", Found(null));
        Written("environments.yaml");
        Assert.Equal("environments", Found(null));
        variable = Written("b.yaml");
        Assert.Equal("b", Found(null));
        Assert.Equal("c", Found(Written("c.yaml")));
        variable = "";
        Assert.Equal("environments", Found(null));
        Assert.Empty(errors);

        variable = folder.Below("none.yaml");
        Assert.Null(Found(null));
        Assert.StartsWith($"STATESERVER_ENVIRONMENTS: {variable} can't be read: ", Assert.Single(errors), StringComparison.Ordinal);
        errors.Clear();
        Assert.Null(Found(folder.Below("gone.yaml")));
        Assert.StartsWith($"--environments {folder.Below("gone.yaml")} can't be read: ", Assert.Single(errors), StringComparison.Ordinal);
        errors.Clear();
        Assert.Null(Found(""));
        Assert.Equal(["--environments is empty; give a file, or leave the flag out"], errors);
        errors.Clear();
        File.WriteAllText(folder.Below("large.yaml"), new string(' ', EnvironmentsFile.LargestBytes + 1));
        Assert.Null(Found(folder.Below("large.yaml")));
        Assert.EndsWith("over 1048576 bytes, so no file of environments", Assert.Single(errors), StringComparison.Ordinal);
    }

    private static EnvironmentsFile Read(string text)
    {
        List<string> errors = [];
        EnvironmentsFile? file = EnvironmentsFile.Parse("f", text, errors);
        Assert.Empty(errors);
        return file!;
    }

    private static string[] Errors(string text)
    {
        List<string> errors = [];
        EnvironmentsFile? file = EnvironmentsFile.Parse("f", text, errors);
        Assert.Equal(errors.Count == 0, file is not null);
        return [.. errors];
    }
}
