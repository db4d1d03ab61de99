using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Domain.Tests.Model;

public sealed class ConstraintTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("  mem=2G\tarch=amd64  ", "arch=amd64 mem=2048M")]
    [InlineData("zones=b,a tags=y,x root-disk=1T cpu-power=100 cpu-cores=4", "cpu-cores=4 cpu-power=100 root-disk=1048576M tags=x,y zones=a,b")]
    [InlineData("instance-type=m1.small", "instance-type=m1.small")]
    [InlineData("mem=1P", "mem=1073741824M")]
    [InlineData("mem=512", "mem=512M")]
    [InlineData("mem=1.5G root-disk=.5M", "mem=1536M root-disk=1M")]
    [InlineData("mem=1024P", "mem=1099511627776M")]
    [InlineData("mem= cpu-cores=0 tags= zones= arch= instance-type= root-disk=0G", "arch= cpu-cores= instance-type= mem= root-disk= tags= zones=")]
    [InlineData("tags=a=b", "tags=a=b")]
    [InlineData("mem= instance-type=m1.small", "instance-type=m1.small mem=")]
    public void Words_are_read_and_written_in_canonical_form(string text, string canonical)
    {
        Assert.Null(ConstraintText.TryParse(text, out var request));
        Assert.Equal(canonical, request.ToString());
    }

    [Fact]
    public void Words_may_come_apart()
    {
        Assert.Null(ConstraintText.TryParse(["mem=2G", "arch=arm64 cpu-cores=1"], out var request));
        Assert.Equal("arch=arm64 cpu-cores=1 mem=2048M", ConstraintText.Format(request.Asked));
    }

    [Theory]
    [InlineData("mem", "malformed constraint \"mem\"")]
    [InlineData("=4", "malformed constraint \"=4\"")]
    [InlineData("mem=1G x=1", "unknown constraint \"x\"")]
    [InlineData("Mem=1G", "unknown constraint \"Mem\"")]
    [InlineData("arch=vax", "bad \"arch\" constraint: \"vax\" not recognized; give one of amd64, arm64, armhf, i386, ppc64el, riscv64, s390x")]
    [InlineData("mem=1G mem=2G", "bad \"mem\" constraint: already set")]
    [InlineData("mem= mem=2G", "bad \"mem\" constraint: already set")]
    [InlineData("cpu-cores=-1", "bad \"cpu-cores\" constraint: must be a non-negative integer, 2147483647 at most")]
    [InlineData("cpu-power=2.5", "bad \"cpu-power\" constraint: must be a non-negative integer, 2147483647 at most")]
    [InlineData("cpu-power=2147483648", "bad \"cpu-power\" constraint: must be a non-negative integer, 2147483647 at most")]
    [InlineData("mem=-1M", "bad \"mem\" constraint: must be a non-negative float with optional M/G/T/P suffix, 1024P at most")]
    [InlineData("mem=G", "bad \"mem\" constraint: must be a non-negative float with optional M/G/T/P suffix, 1024P at most")]
    [InlineData("root-disk=1K", "bad \"root-disk\" constraint: must be a non-negative float with optional M/G/T/P suffix, 1024P at most")]
    [InlineData("mem=1024.1P", "bad \"mem\" constraint: must be a non-negative float with optional M/G/T/P suffix, 1024P at most")]
    [InlineData("mem=79228162514264337593543950335P", "bad \"mem\" constraint: must be a non-negative float with optional M/G/T/P suffix, 1024P at most")]
    [InlineData("mem=NaN", "bad \"mem\" constraint: must be a non-negative float with optional M/G/T/P suffix, 1024P at most")]
    [InlineData("tags=a,,b", "bad \"tags\" constraint: \"\" is no name; give 1 to 128 ASCII characters without spaces and commas")]
    [InlineData("tags=a,b,a", "bad \"tags\" constraint: \"a\" occurs more than once")]
    [InlineData("zones=a,a", "bad \"zones\" constraint: \"a\" occurs more than once")]
    [InlineData("zones=a/b", "bad \"zones\" constraint: invalid availability zone \"a/b\"; give 1 to 64 letters, digits, dots, dashes or underscores, such as local-a")]
    [InlineData("instance-type=ü", "bad \"instance-type\" constraint: \"ü\" is no name; give 1 to 128 ASCII characters without spaces and commas")]
    [InlineData("instance-type=m1 mem=1G", "ambiguous constraints: \"instance-type\" overlaps with \"mem\"")]
    [InlineData("instance-type=m1 cpu-cores=1 mem=1G", "ambiguous constraints: \"cpu-cores\" overlaps with \"instance-type\"")]
    [InlineData("cpu-power=1 instance-type=m1", "ambiguous constraints: \"cpu-power\" overlaps with \"instance-type\"")]
    public void What_is_wrong_is_said_in_Jujus_words(string text, string error)
    {
        Assert.Equal(error, ConstraintText.TryParse(text, out var request));
        Assert.Same(ConstraintRequest.None, request);
    }

    [Fact]
    public void Lists_and_texts_have_a_limit()
    {
        string Tags(int count) => "tags=" + string.Join(',', Enumerable.Range(0, count));
        Assert.Null(ConstraintText.TryParse(Tags(64), out _));
        Assert.Equal("bad \"tags\" constraint: more than 64", ConstraintText.TryParse(Tags(65), out _));
        Assert.Null(ConstraintText.TryParse("mem=1G".PadRight(4096), out _));
        Assert.Equal("constraints are longer than 4096 characters", ConstraintText.TryParse("mem=1G".PadRight(4097), out _));
    }

    [Property(MaxTest = 500)]
    public Property What_is_written_is_read_back() => Prop.ForAll(Requests.ToArbitrary(), request =>
    {
        string text = ConstraintText.Format(request);
        Assert.Null(ConstraintText.TryParse(text, out var read));
        Assert.Equal(text, ConstraintText.Format(read));
        Assert.Equal(request.Unset, read.Unset);
        Assert.Equal(request.Asked.Tags, read.Asked.Tags);
        Assert.Equal(request.Asked.Zones, read.Asked.Zones);
        Assert.Equal(Bare(request.Asked), Bare(read.Asked));
    });

    /// <summary>Whatever is typed gives constraints or one line, never an exception.</summary>
    [Property(MaxTest = 500)]
    public Property Nonsense_gives_one_line() => Prop.ForAll(
        Gen.Elements("mem", "=", "=", " ", "tags", "zones", ",", "1", "G", "\n", "instance-type", ".", "é", "\"", "arch", "cpu-cores")
            .ListOf().Select(parts => string.Concat(parts)).ToArbitrary(),
        text => Assert.DoesNotContain('\n', ConstraintText.TryParse(text, out _) ?? ""));

    internal static Gen<ConstraintRequest> Requests { get; } =
        from arch in Gen.Elements(null, "amd64", "s390x")
        from cores in Gen.Elements<int?>(null, 1, int.MaxValue)
        from power in Gen.Elements<int?>(null, 7)
        from memory in Gen.Elements<long?>(null, 1, ConstraintText.MostMiB)
        from disk in Gen.Elements<long?>(null, 1, 1025)
        from type in Gen.Elements(null, null, "m1.small")
        from tags in Gen.SubListOf("a", "B", "c=1", "\"")
        from zones in Gen.SubListOf("z", "local-a", "1")
        from unset in Gen.SubListOf(Enum.GetValues<ConstraintKey>())
        select Made(
            new Constraints(
                arch,
                type is null ? cores : null,
                type is null ? power : null,
                type is null ? memory : null,
                disk,
                type,
                ImmutableSortedSet.CreateRange(StringComparer.Ordinal, tags),
                [.. zones.Select(z => new Zone(z))]),
            unset);

    private static ConstraintRequest Made(Constraints asked, IEnumerable<ConstraintKey> unset) =>
        new(asked, [.. unset.Where(key => !IsAsked(asked, key))]);

    private static bool IsAsked(Constraints asked, ConstraintKey key) => key switch
    {
        ConstraintKey.Arch => asked.Arch is not null,
        ConstraintKey.CpuCores => asked.CpuCores is not null,
        ConstraintKey.CpuPower => asked.CpuPower is not null,
        ConstraintKey.InstanceType => asked.InstanceType is not null,
        ConstraintKey.Memory => asked.MemoryMiB is not null,
        ConstraintKey.RootDisk => asked.RootDiskMiB is not null,
        ConstraintKey.Tags => !asked.Tags.IsEmpty,
        _ => !asked.Zones.IsEmpty,
    };

    private static Constraints Bare(Constraints constraints) =>
        constraints with { Tags = Constraints.None.Tags, Zones = Constraints.None.Zones };
}
