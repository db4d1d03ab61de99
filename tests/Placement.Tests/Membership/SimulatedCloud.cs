using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Tests.Membership;

/// <summary>Zones, room and instances as they truly are, and listings that may lie once.</summary>
/// <param name="zones">How many, 1 to 26: a, b, c and so on.</param>
internal sealed class SimulatedCloud(int zones)
{
    private readonly SortedDictionary<InstanceId, Instance> _instances = [];
    private InstanceListing? _truth;

    public SortedDictionary<string, bool> Zones { get; } =
        new(Enumerable.Range(0, zones).ToDictionary(zone => ((char)('a' + zone)).ToString(), _ => true), StringComparer.Ordinal);

    public HashSet<string> Full { get; } = [];

    public bool Hangs { get; set; }

    public bool LosesAnswer { get; set; }

    public bool ListsLess { get; set; }

    public bool ListsEnded { get; set; }

    /// <summary>A listing has lied by now.</summary>
    public bool HasLied { get; private set; }

    public IEnumerable<Instance> Living => _instances.Values.Where(instance => instance.State == InstanceState.Running);

    public Instance Launch(LaunchRequest request)
    {
        if (Hangs)
        {
            throw new TransientException("no answer");
        }

        InstanceId id = new($"i-{request.Token}");
        if (Find(id) is { } known)
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

        Instance instance = new(id, request.Tags, request.Attempt, request.Zone, InstanceState.Running, "10.0.0.1");
        Set(instance);
        if (LosesAnswer)
        {
            LosesAnswer = false;
            throw new TransientException("the answer is lost");
        }

        return instance;
    }

    public void Adopt(Instance instance) => Set(instance);

    public void End(InstanceId id)
    {
        if (Find(id) is { } instance)
        {
            Set(instance with { State = InstanceState.Terminated });
        }
    }

    public Instance? Find(InstanceId id) => _instances.GetValueOrDefault(id);

    /// <summary>What a listing shows now; the truth, but for a lie that was ordered.</summary>
    public InstanceListing List()
    {
        _truth ??= new([.. _instances.Values], "");
        var shown = _truth.Instances;
        if (ListsLess)
        {
            (ListsLess, HasLied) = (false, true);
            shown = shown[(shown.Length / 2)..];
        }

        if (ListsEnded)
        {
            (ListsEnded, HasLied) = (false, true);
            shown = [.. shown.Select(instance => instance with { State = InstanceState.Terminated })];
        }

        return shown == _truth.Instances ? _truth : new(shown, "");
    }

    public ImmutableArray<ZoneObservation> ListZones() =>
        [.. Zones.Select(zone => new ZoneObservation(new Zone(zone.Key), zone.Value, zone.Value ? "available" : "failed"))];

    private void Set(Instance instance) => (_instances[instance.Id], _truth) = (instance, null);
}
