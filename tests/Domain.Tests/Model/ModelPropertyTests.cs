using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Tests.Model;

public sealed class ModelPropertyTests
{
    private static Arbitrary<(int Kind, int First, int Second)[]> Steps { get; } = Arb.From(
        from steps in Gen.Choose(0, (ModelSteps.Kinds * 400) - 1).Select(Split).ArrayOf(80)
        select steps,
        steps => Enumerable.Range(0, steps.Length).Select(left => steps.Where((_, i) => i != left).ToArray()));

    [Property(MaxTest = 300)]
    public Property Whatever_is_asked_the_invariants_hold_and_a_refusal_changes_nothing() => Prop.ForAll(Steps, steps =>
    {
        var script = new ModelScript();
        foreach (var (kind, first, second) in steps)
        {
            script.Now++;
            var before = script.Script.State;
            var outcome = script.Run(ModelSteps.Resolve(script.Model, kind, first, second));
            if (outcome is Rejection)
            {
                Assert.Equal(before.Keyspace.Revision, script.Script.State.Keyspace.Revision);
                Assert.Equal(before.Model.EntityDigest, script.Model.EntityDigest);
            }
        }
    });

    /// <summary>Who follows the model by what Apply kept sees each machine and unit that differs, from however far back.</summary>
    [Property(MaxTest = 100)]
    public Property The_changes_since_any_earlier_state_are_known() => Prop.ForAll(Steps, steps =>
    {
        var script = new ModelScript();
        var states = new List<ModelState> { script.Model };
        foreach (var (kind, first, second) in steps)
        {
            script.Script.Run(ModelSteps.Resolve(script.Model, kind, first, second));
            states.Add(script.Model);
        }

        foreach (var earlier in states)
        {
            var changes = script.Model.ChangesSince(earlier)!.Value;
            Assert.Subset(changes.Machines.ToHashSet(), Differing(earlier.Machines, script.Model.Machines));
            Assert.Subset(changes.Units.ToHashSet(), Differing(earlier.Units, script.Model.Units));
        }
    });

    /// <summary>Otherwise the first property proves little.</summary>
    [Fact]
    public void Most_kinds_of_steps_are_taken_and_not_refused()
    {
        var random = new Random(20261126);
        var taken = new HashSet<Type>();
        for (var run = 0; run < 60; run++)
        {
            var script = new ModelScript();
            for (var i = 0; i < 80; i++)
            {
                var command = ModelSteps.Resolve(script.Model, random.Next(ModelSteps.Kinds + 1), random.Next(20), random.Next(20));
                if (script.Run(command) is not Rejection)
                {
                    taken.Add(command.GetType());
                }
            }
        }

        Assert.Equal(27, taken.Count);
    }

    private static HashSet<TKey> Differing<TKey, TRecord>(
        ImmutableSortedDictionary<TKey, TRecord> before, ImmutableSortedDictionary<TKey, TRecord> after)
        where TKey : notnull
        where TRecord : class =>
        [.. before.Keys.Union(after.Keys).Where(key => !ReferenceEquals(before.GetValueOrDefault(key), after.GetValueOrDefault(key)))];

    private static (int Kind, int First, int Second) Split(int number) => (number / 400, number / 20 % 20, number % 20);
}
