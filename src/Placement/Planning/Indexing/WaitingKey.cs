using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Indexing;

/// <summary>Units that wait and share their fate: of one service, with one directive.</summary>
/// <param name="Service">The service.</param>
/// <param name="Directive">Where an operator wants them.</param>
internal readonly record struct WaitingKey(ServiceName Service, PlacementDirective Directive) : IComparable<WaitingKey>
{
    /// <summary>By service; then those without a directive, those with a machine, those with a zone.</summary>
    public int CompareTo(WaitingKey other)
    {
        int order = Service.CompareTo(other.Service);
        order = order != 0 ? order : Nullable.Compare(Directive.Zone, other.Directive.Zone);
        return order != 0 ? order : Nullable.Compare(Directive.Machine, other.Directive.Machine);
    }
}
