using StateServer.Domain.Identity;
using StateServer.Placement.Planning.Reports;
using StateServer.Placement.Reconciliation.Explaining;

namespace StateServer.Placement.Tests.Reconciliation;

public sealed class DecisionBookTests
{
    [Fact]
    public void The_last_decision_about_each_counts_and_the_oldest_are_forgotten_past_the_limit()
    {
        var book = new DecisionBook(most: 2);
        book.NoteWaiting("no zones");
        book.Note(new PlanReport([About(0, "first"), About(1, "one")], "paused", null, false));
        Assert.Equal(("paused", ""), (book.Paused, book.Waits));
        book.Note(new PlanReport([About(0, "second"), About(2, "two")], "", null, false));
        Assert.Equal("second", book.About(new MachineId(0))!.Awaits);
        Assert.Null(book.About(new MachineId(1)));
        Assert.Equal("two", book.About(new MachineId(2))!.Awaits);
        book.Clear();
        Assert.Null(book.About(new MachineId(2)));
    }

    private static Decision About(int machine, string awaits) => Decision.Plain(null, new MachineId(machine), "", awaits);
}
