using System.Text;
using System.Text.Json;
using StateServer.Protos.Operator;
using StateServer.Reports;
using StateServer.Reports.Formats;

namespace StateServer.StateServer.Tests.Reports;

public sealed class ModelReportTests
{
    private static readonly ClusterReport Sample = ModelReportBuilder.Add(Cluster(), SampleModel.Response());

    [Fact]
    public void The_tables_for_people_are_exactly_these()
    {
        Assert.Equal(
            """

            Environment prod (azure in north), series noble, constraints mem=2048M, lost after 30s
            Zone a: cordoned
            Zone b: passed over until 2026-11-23T10:15:30.250Z: no room

            Machine  Zone  Series  State              Instance  Address   Agent  Services
            0        a     noble   running            i-0       10.0.0.1  0.1.0  web
            1        -     noble   pending, cordoned  -         -         -      -
            2        c     noble   lost, to go        i-2       -         -      web

            Service  Units  Spread   Exposed
            db       0/1    -        no
            web      1/3    a:2 c:1  80 443

            Unit    State               Machine  Zone  Address         Restarts
            db/0    pending             -        -     -               0
            web/0   running             0        a     10.0.0.1:30000  2
            web/1   lost                2        c     -               0
            web/10  backing-off, to go  0        a     -               0

            machine 1: zone b has no room
            db: one unit alone has no part in Azure's 99.95 %; add another
            web/10: exit code 3

            """,
            Tables(Sample),
            ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void The_json_form_has_the_contract_s_fields()
    {
        using var json = JsonDocument.Parse(JsonStatus.Write(Sample));
        Assert.Equal(
            ["name", "id", "type", "region", "zones", "defaultSeries", "constraints", "availabilitySetsEnabled", "replaceAfterSeconds", "message"],
            Names(json.RootElement.GetProperty("environment")));
        Assert.Equal(
            ["id", "zone", "series", "state", "instanceId", "address", "agent", "services", "member", "cordoned", "dying", "message"],
            Names(json.RootElement.GetProperty("machines")[1]));
        Assert.Equal(
            ["name", "exposed", "ports", "units", "unitsRunning", "spread", "series", "constraints", "singleton", "maxSkew", "dying", "message"],
            Names(json.RootElement.GetProperty("services")[0]));
        Assert.Equal(
            ["name", "service", "machine", "zone", "state", "message", "restarts", "address", "dying"],
            Names(json.RootElement.GetProperty("units")[0]));
        JsonElement web = json.RootElement.GetProperty("services")[1];
        Assert.Equal((3, 1), (web.GetProperty("units").GetInt32(), web.GetProperty("unitsRunning").GetInt32()));
        Assert.Equal((2, 1), (web.GetProperty("spread").GetProperty("a").GetInt32(), web.GetProperty("spread").GetProperty("c").GetInt32()));
        Assert.Equal("18446744073709551615", json.RootElement.GetProperty("environment").GetProperty("id").GetString());

        static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(p => p.Name);
    }

    [Fact]
    public void Without_an_environment_the_parts_are_empty_and_nothing_of_it_is_printed()
    {
        ClusterReport report = ModelReportBuilder.Add(Cluster(), new GetModelResponse());
        Assert.Null(report.Environment);
        Assert.Empty(Tables(report));
        Assert.DoesNotContain("Environment", LineStatus.WriteSummary(report), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", "", "0 1 2", "db web", "db/0 web/0 web/1 web/10")]
    [InlineData("web", "", "", "0 2", "web", "web/0 web/1 web/10")]
    [InlineData("", "c", "", "2", "web", "web/1")]
    [InlineData("", "", "0", "0", "web", "web/0 web/10")]
    [InlineData("db", "", "0", "", "", "")]
    [InlineData("db web", "a", "", "0", "web", "web/0 web/10")]
    public void Filters_show_what_they_name_alone(string services, string zones, string machines, string shownMachines, string shownServices, string shownUnits)
    {
        ClusterReport shown = new ModelFilter(Split(services), Split(zones), Split(machines)).Of(Sample);
        Assert.Equal(Split(shownMachines), shown.Machines.Select(m => m.Id));
        Assert.Equal(Split(shownServices), shown.Services.Select(s => s.Name));
        Assert.Equal(Split(shownUnits), shown.Units.Select(u => u.Name));
        Assert.All(shown.Services.Where(s => s.Name == "web"), web => Assert.Equal(3, web.Units));
    }

    [Fact]
    public void A_filter_by_zone_is_one_of_the_members_too()
    {
        ClusterReport shown = new ModelFilter([], ["local-b"], []).Of(Sample);
        Assert.Equal(["server-1"], shown.Members.Select(m => m.Name));
    }

    [Fact]
    public void Names_that_are_not_there_are_told_with_those_that_are()
    {
        Assert.Equal(
            ["there is no service 'api'; there is db, web", "there is no zone 'z'; there is a, b, c, local-a, local-b, local-c", "there is no machine '9'; there is 0, 1, 2"],
            new ModelFilter(["api", "web"], ["z"], ["9"]).Strangers(Sample));
        Assert.Equal(["there is no service 'api', nor any other"], new ModelFilter(["api"], [], []).Strangers(Cluster()));
    }

    [Fact]
    public void The_short_forms_name_machines_and_units()
    {
        string oneline = LineStatus.WriteOneline(Sample);
        Assert.Contains("- machine 1: - (-) pending: zone b has no room", oneline, StringComparison.Ordinal);
        Assert.Contains("- web/0: 10.0.0.1:30000 (a) machine 0 running", oneline, StringComparison.Ordinal);
        string summary = LineStatus.WriteSummary(Sample);
        Assert.Contains("Machines: 3 (1 lost, 1 pending, 1 running)", summary, StringComparison.Ordinal);
        Assert.Contains("Service web: 1/3 a:2 c:1", summary, StringComparison.Ordinal);
    }

    private static System.Collections.Immutable.ImmutableArray<string> Split(string words) =>
        [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    private static string Tables(ClusterReport report)
    {
        var text = new StringBuilder();
        ModelTables.Write(text, report);
        return text.ToString();
    }

    private static ClusterReport Cluster() => ClusterReportBuilder.Build(
        SampleCluster.Observations()[0].Status!, SampleCluster.Observations(), SampleCluster.Registered, SampleCluster.Initial, SampleCluster.Now);
}
