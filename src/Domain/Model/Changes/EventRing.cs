using System.Collections.Immutable;
using StateServer.Domain.Digests;

namespace StateServer.Domain.Model.Changes;

/// <summary>The recorded events while commands add to them. Not thread-safe.</summary>
internal sealed class EventRing(ImmutableList<ModelEvent> events, long last)
{
    private readonly ImmutableList<ModelEvent>.Builder _events = events.ToBuilder();
    private readonly SortedDictionary<ModelEventKind, int> _ofCommand = [];

    /// <summary>The number of the newest event.</summary>
    public long Last { get; private set; } = last;

    /// <summary>What the digest has changed by, modulo 2⁶⁴.</summary>
    public ulong DigestChange { get; private set; }

    /// <summary>Whether the command at hand told anything.</summary>
    public bool HasOfCommand => _ofCommand.Count > 0;

    /// <summary>Adds an event, unless the command at hand told as many of its kind as it may.</summary>
    public void Add(long now, ModelEventKind kind, string subject, string text)
    {
        _ofCommand.TryGetValue(kind, out var told);
        _ofCommand[kind] = told + 1;
        if (told < ModelLimits.MostEventsPerCommand)
        {
            Append(new ModelEvent(Last + 1, now, kind, subject, ModelLine.Of(text)));
        }
    }

    /// <summary>Ends a command: tells how much was left out.</summary>
    public void EndCommand(long now)
    {
        foreach (var (kind, count) in _ofCommand)
        {
            if (count > ModelLimits.MostEventsPerCommand)
            {
                Append(new ModelEvent(
                    Last + 1,
                    now,
                    ModelEventKind.AndMore,
                    "environment",
                    $"{count - ModelLimits.MostEventsPerCommand} more events of the kind {kind} by the same command"));
            }
        }

        _ofCommand.Clear();
    }

    public ImmutableList<ModelEvent> ToEvents() => _events.ToImmutable();

    private void Append(ModelEvent added)
    {
        Last = added.Number;
        _events.Add(added);
        DigestChange += ModelHash.Of(added);
        if (_events.Count > ModelLimits.MostEvents)
        {
            DigestChange -= ModelHash.Of(_events[0]);
            _events.RemoveAt(0);
        }
    }
}
