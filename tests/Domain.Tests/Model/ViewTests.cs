using StateServer.Domain.Commands.Model;
using StateServer.Domain.Events;
using StateServer.Domain.Identity;
using static StateServer.Domain.Tests.Model.ModelScript;

namespace StateServer.Domain.Tests.Model;

/// <summary>What watchers and readers of the past see of the model.</summary>
public sealed class ViewTests
{
    private readonly ModelScript _script = new();

    [Fact]
    public void A_command_is_one_revision_and_its_watchers_see_each_record_once_in_order()
    {
        _script.Script.Events.Clear();
        _script.Do(Deploy("web", 2));
        Assert.Equal(["put services/web", "put units/web/0", "put units/web/1"], Seen());
        _script.Do(new RemoveUnitsCommand([U("web", 1)]));
        Assert.Equal(["delete units/web/1"], Seen());
        _script.Do(new RemoveServiceCommand(new ServiceName("web")));
        Assert.Equal(["delete services/web", "delete units/web/0"], Seen());
    }

    [Fact]
    public void What_was_can_be_read_at_its_revision()
    {
        _script.Do(Deploy("web"));
        var revision = _script.Script.Keyspace.Revision.Value;
        _script.Do(new RemoveUnitsCommand([U("web", 0)]));
        Assert.Empty(_script.Script.Find("/stateserver/units/web/0").KeyValues);
        Assert.Contains("\"name\":\"web/0\"", Apply.Script.Text(_script.Script.Find("/stateserver/units/web/0", revision: revision).KeyValues.Single()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_command_is_seen_by_nobody()
    {
        _script.Script.Events.Clear();
        _script.Refused(Deploy("Web"));
        Assert.Empty(_script.Script.Events);
    }

    /// <summary>What happened since, all of it at the revision that is in force now.</summary>
    private IEnumerable<string> Seen()
    {
        var events = _script.Script.Events.ToList();
        _script.Script.Events.Clear();
        Assert.All(events, seen => Assert.Equal(_script.Script.Keyspace.Revision, seen.Current.ModRevision));
        return events.Select(Text);
    }

    private static string Text(KeyEvent seen) => $"{(seen.IsDelete ? "delete" : "put")} {seen.Current.Key.ToString()["/stateserver/".Length..]}";
}
