using StateServer.Scenarios.Wire;
using StateServer.Scenarios.Writes;
using Xunit.Sdk;

namespace StateServer.Scenarios;

/// <summary>The check behind every kill scenario finds each fault that it is there to find.</summary>
public sealed class WriteHistoryTest
{
    private static readonly WriteRecord First = new("w/1", "a", WriteFate.Acknowledged, 5, 10, 20, 0, null);
    private static readonly WriteRecord Second = new("w/2", "b", WriteFate.Acknowledged, 6, 30, 40, 1, null);
    private static readonly WriteRecord Unknown = new("w/3", "c", WriteFate.Unknown, 0, 30, 50, 1, "timed out");
    private static readonly WriteRecord Refused = new("w/4", "d", WriteFate.Refused, 0, 30, 50, 1, "etcdserver: no leader");

    private static readonly StoredKey FirstStored = new("w/1", "a", 5, 5, 1);
    private static readonly StoredKey SecondStored = new("w/2", "b", 6, 6, 1);

    [Fact]
    public void What_was_acknowledged_and_perhaps_what_is_unknown_is_there()
    {
        Check(FirstStored, SecondStored);
        Check(FirstStored, SecondStored, new StoredKey("w/3", "c", 7, 7, 1));
    }

    [Fact]
    public void A_lost_write_is_found() => Finds("LOST: w/1", SecondStored);

    [Fact]
    public void A_write_at_another_revision_is_found() =>
        Finds("MOVED: w/1", FirstStored with { ModRevision = 7, CreateRevision = 7 }, SecondStored);

    [Fact]
    public void A_wrong_value_is_found() => Finds("WRONG VALUE: w/1", FirstStored with { Value = "b" }, SecondStored);

    [Fact]
    public void A_write_executed_twice_is_found()
    {
        Finds("EXECUTED TWICE: w/2", FirstStored, SecondStored with { CreateRevision = 5, Version = 2 });
        Finds("EXECUTED TWICE: w/3", FirstStored, SecondStored, new StoredKey("w/3", "c", 7, 8, 2));
    }

    [Fact]
    public void A_refused_write_that_was_executed_is_found() =>
        Finds("EXECUTED THOUGH REFUSED: w/4", FirstStored, SecondStored, new StoredKey("w/4", "d", 7, 7, 1));

    [Fact]
    public void A_key_that_nobody_wrote_is_found() =>
        Finds("NOBODY WROTE w/9", FirstStored, SecondStored, new StoredKey("w/9", "?", 7, 7, 1));

    [Fact]
    public void Revisions_against_the_course_of_time_are_found()
    {
        var history = new WriteHistory("w/", [First with { Revision = 8 }, Second], []);
        var fault = Assert.Throws<FailException>(() =>
            history.Verify([FirstStored with { CreateRevision = 8, ModRevision = 8 }, SecondStored]));
        Assert.Contains("OUT OF ORDER: w/1", fault.Message, StringComparison.Ordinal);
    }

    private static void Check(params StoredKey[] found) =>
        new WriteHistory("w/", [First, Second, Unknown, Refused], []).Verify(found);

    private static void Finds(string fault, params StoredKey[] found) =>
        Assert.Contains(fault, Assert.Throws<FailException>(() => Check(found)).Message, StringComparison.Ordinal);
}
