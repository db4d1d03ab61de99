using StateServer.Agent.Units;
using StateServer.Domain.Identity;

namespace StateServer.StateServer.Tests.Agent.Hosting;

/// <summary>Units that run in a test's imagination; what is asked of it is written down.</summary>
internal sealed class FakeUnitHost : IUnitHost
{
    private readonly Dictionary<string, UnitExit> _exits = [];

    public List<string> Calls { get; } = [];

    public Dictionary<UnitName, UnitOrder> Running { get; } = [];

    public List<UnitOrder> Left { get; } = [];

    public Dictionary<UnitName, long> Leases { get; } = [];

    public bool KillWorks { get; set; } = true;

    public int KillsAsked { get; private set; }

    public IReadOnlyList<UnitOrder> Found() => Left;

    public void Start(UnitOrder order, long leaseEnd)
    {
        if (order.Command[0] == "/refused")
        {
            throw new IOException("no such disk");
        }

        Assert.True(Running.TryAdd(order.Unit, order), $"{order.Unit} runs already");
        Calls.Add($"start {order.Unit} {order.Assignment} run {order.Run}");
        Leases[order.Unit] = leaseEnd;
    }

    public void Look()
    {
    }

    public bool Runs(UnitName unit) => Running.ContainsKey(unit);

    public void AskToStop(UnitName unit) => Calls.Add($"stop {unit} {Running[unit].Assignment}");

    public bool Kill(UnitOrder order)
    {
        KillsAsked++;
        if (KillWorks && Running.TryGetValue(order.Unit, out UnitOrder? running) && running.Token == order.Token)
        {
            Running.Remove(order.Unit);
            Calls.Add($"kill {order.Unit} {order.Assignment}");
        }

        return KillWorks;
    }

    public UnitExit? ExitOf(UnitOrder order) => _exits.GetValueOrDefault(order.Token);

    public void Renew(UnitName unit, long leaseEnd) => Leases[unit] = leaseEnd;

    public void Remove(UnitName unit) => Calls.Add($"remove {unit}");

    /// <summary>A run ends, and its shim writes down how.</summary>
    public void End(UnitName unit, int code, UnitEnd end = UnitEnd.Ended)
    {
        Running.Remove(unit, out UnitOrder? order);
        _exits[order!.Token] = new UnitExit(order.Token, end, code, "");
    }
}
