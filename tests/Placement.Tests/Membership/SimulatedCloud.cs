using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Tests.Membership;

/// <summary>Zones, room and instances as they truly are, and listings that may lie once.</summary>
/// <param name="zones">How many, 1 to 26: a, b, c and so on.</param>
internal sealed class SimulatedCloud(int zones)
{
    private readonly SortedDictionary<string, Instance> _byToken = new(StringComparer.Ordinal);

    public SortedDictionary<string, bool> Zones { get; } =
        new(Enumerable.Range(0, zones).ToDictionary(zone => ((char)('a' + zone)).ToString(), _ => true), StringComparer.Ordinal);

    public HashSet<string> Full { get; } = [];

    public bool Hangs { get; set; }

    public bool LosesAnswer { get; set; }

    public bool ListsLess { get; set; }

    public bool ListsEnded { get; set; }

    /// <summary>A listing has lied by now.</summary>
    public bool HasLied { get; private set; }

    public IEnumerable<Instance> Living => _byToken.Values.Where(instance => instance.State == InstanceState.Running);

    public Instance Launch(LaunchRequest request)
    {
        if (Hangs)
        {
            throw new TransientException("no answer");
        }

        if (_byToken.TryGetValue(request.Token, out var known))
        {
            return known;
        }

        if (!Zones[request.Zone.Name])
        {
            throw new ZoneUnavailableException(request.Zone, "the zone has failed");
        }

        if (Full.Contains(request.Zone.Name))
        {
            throw new CapacityExhaustedException(request.Zone, "no room");
        }

        Instance instance = new(
            new InstanceId($"i-{request.Token}"), request.Tags, request.Attempt, request.Zone, InstanceState.Running, "10.0.0.1");
        _byToken[request.Token] = instance;
        if (LosesAnswer)
        {
            LosesAnswer = false;
            throw new TransientException("the answer is lost");
        }

        return instance;
    }

    public void Adopt(Instance instance) => _byToken[instance.Id.Name] = instance;

    public void End(InstanceId id)
    {
        foreach (var (token, instance) in _byToken.Where(made => made.Value.Id == id).ToList())
        {
            _byToken[token] = instance with { State = InstanceState.Terminated };
        }
    }

    public Instance? Find(InstanceId id) => _byToken.Values.FirstOrDefault(instance => instance.Id == id);

    /// <summary>What a listing shows now; the truth, but for a lie that was ordered.</summary>
    public InstanceListing List()
    {
        var shown = _byToken.Values.ToList();
        if (ListsLess)
        {
            (ListsLess, HasLied) = (false, true);
            shown = [.. shown.Skip(shown.Count / 2)];
        }

        if (ListsEnded)
        {
            (ListsEnded, HasLied) = (false, true);
            shown = [.. shown.Select(instance => instance with { State = InstanceState.Terminated })];
        }

        return new([.. shown.OrderBy(instance => instance.Id)], "");
    }

    public ImmutableArray<ZoneObservation> ListZones() =>
        [.. Zones.Select(zone => new ZoneObservation(new Zone(zone.Key), zone.Value, zone.Value ? "available" : "failed"))];
}
