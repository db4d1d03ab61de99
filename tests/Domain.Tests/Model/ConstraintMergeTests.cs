using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using StateServer.Domain.Model;

namespace StateServer.Domain.Tests.Model;

public sealed class ConstraintMergeTests
{
    [Theory]
    [InlineData("", "", "")]
    [InlineData("mem=1G arch=amd64", "", "arch=amd64 mem=1024M")]
    [InlineData("mem=1G arch=amd64", "mem=2G", "arch=amd64 mem=2048M")]
    [InlineData("mem=1G arch=amd64 tags=a zones=z", "mem= arch= tags= zones=", "")]
    [InlineData("tags=a zones=y,z", "tags=b zones=x", "tags=b zones=x")]
    [InlineData("cpu-cores=2 cpu-power=3 mem=1G root-disk=8G arch=amd64", "instance-type=m1", "arch=amd64 instance-type=m1 root-disk=8192M")]
    [InlineData("instance-type=m1 root-disk=8G", "mem=1G", "mem=1024M root-disk=8192M")]
    [InlineData("instance-type=m1", "cpu-cores=1", "cpu-cores=1")]
    [InlineData("instance-type=m1", "cpu-power=1", "cpu-power=1")]
    [InlineData("instance-type=m1", "root-disk=1G arch=arm64 tags=a", "arch=arm64 instance-type=m1 root-disk=1024M tags=a")]
    [InlineData("instance-type=m1", "mem=", "instance-type=m1")]
    [InlineData("mem=1G cpu-cores=2 cpu-power=1 root-disk=1G", "cpu-cores= cpu-power=0 root-disk=", "mem=1024M")]
    [InlineData("instance-type=m1", "instance-type=", "")]
    public void The_own_ones_win_and_push_out_what_they_conflict_with(string fallback, string own, string merged)
    {
        Assert.Null(ConstraintText.TryParse(fallback, out var environment));
        Assert.Null(ConstraintText.TryParse(own, out var service));
        Assert.Equal(merged, ConstraintText.Format(ConstraintMerge.Merge(environment.Asked, service)));
    }

    [Property(MaxTest = 500)]
    public Property A_merge_has_no_conflicts_and_keeps_all_that_was_asked() => Prop.ForAll(
        ConstraintTextTests.Requests.ToArbitrary(),
        ConstraintTextTests.Requests.ToArbitrary(),
        (fallback, own) =>
        {
            var merged = ConstraintMerge.Merge(fallback.Asked, own);
            Assert.Null(ConstraintMerge.Conflict(merged));
            string[] words = ConstraintText.Format(merged).Split(' ');
            Assert.All(
                ConstraintText.Format(own.Asked).Split(' ', StringSplitOptions.RemoveEmptyEntries), word => Assert.Contains(word, words));
            Assert.All(own.Unset, key => Assert.DoesNotContain(words, w => w.StartsWith($"{ConstraintText.Name(key)}=", StringComparison.Ordinal)));
            Assert.Equal(ConstraintText.Format(merged), ConstraintText.Format(ConstraintMerge.Merge(merged, own)));
        });
}
