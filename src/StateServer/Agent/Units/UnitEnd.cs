using System.Text.Json.Serialization;

namespace StateServer.Agent.Units;

/// <summary>Why a run of a unit is over.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<UnitEnd>))]
internal enum UnitEnd
{
    /// <summary>Its process ended by itself.</summary>
    Ended,

    /// <summary>It was stopped as asked.</summary>
    Asked,

    /// <summary>Its lease ended.</summary>
    LeaseEnded,

    /// <summary>It could not be started.</summary>
    NotStarted,
}
