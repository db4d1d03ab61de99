using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Placement.Reconciliation.Contacts;

/// <summary>
/// When this leader heard each agent last, and when it last gave one an answer that renews leases, by its monotonic clock. All
/// begins anew with each term: what an earlier leader heard or granted is taken for as late as it can have been, the term's
/// beginning. Heartbeats never enter the log. Thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class ContactTable(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<MachineId, Contact> _contacts = [];
    private long _term = -1;
    private long _began;

    /// <summary>Begins a term, unless it has begun, or a later one.</summary>
    public void Begin(long term)
    {
        lock (_lock)
        {
            if (term > _term)
            {
                (_term, _began) = (term, time.GetTimestamp());
                _contacts.Clear();
            }
        }
    }

    /// <summary>An agent's stream began.</summary>
    public void Connected(long term, MachineId machine) => Change(term, machine, contact =>
    {
        contact.Streams++;
        contact.Heard = time.GetTimestamp();
    });

    /// <summary>An agent's stream ended.</summary>
    public void Disconnected(long term, MachineId machine) => Change(term, machine, contact => contact.Streams--);

    /// <summary>A message of an agent arrived.</summary>
    public void Heard(long term, MachineId machine) => Change(term, machine, contact => contact.Heard = time.GetTimestamp());

    /// <summary>
    /// An agent is about to be sent what lets its singletons run on. Called before it is sent: until then nothing is renewed.
    /// </summary>
    public void Granted(long term, MachineId machine) => Change(term, machine, contact => contact.Granted = time.GetTimestamp());

    /// <summary>True while an agent's stream stands in this term.</summary>
    public bool IsConnected(MachineId machine)
    {
        lock (_lock)
        {
            return _contacts.TryGetValue(machine, out var contact) && contact.Streams > 0;
        }
    }

    /// <summary>How long ago an agent was heard; since the term's beginning where it wasn't.</summary>
    public TimeSpan SinceHeard(MachineId machine)
    {
        lock (_lock)
        {
            return time.GetElapsedTime(_contacts.GetValueOrDefault(machine)?.Heard ?? _began);
        }
    }

    /// <summary>How long ago anything was sent that lets a machine's singletons run on; since the term's beginning where nothing was.</summary>
    public TimeSpan SinceGranted(MachineId machine)
    {
        lock (_lock)
        {
            return time.GetElapsedTime(_contacts.GetValueOrDefault(machine)?.Granted ?? _began);
        }
    }

    /// <summary>How long this term is.</summary>
    public TimeSpan Age
    {
        get
        {
            lock (_lock)
            {
                return time.GetElapsedTime(_began);
            }
        }
    }

    /// <summary>The machines with agents that are silent, with how long; machines that end are forgotten.</summary>
    /// <param name="model">The model: machines that were launched for units count.</param>
    /// <param name="silentAfter">What is not silence yet.</param>
    public ImmutableSortedDictionary<MachineId, long> Silent(ModelState model, TimeSpan silentAfter)
    {
        var silent = ImmutableSortedDictionary.CreateBuilder<MachineId, long>();
        lock (_lock)
        {
            foreach (var gone in _contacts.Where(known => known.Value.Streams <= 0 && !model.Machines.ContainsKey(known.Key)).ToList())
            {
                _contacts.Remove(gone.Key);
            }

            foreach (var machine in model.Machines.Values.Where(HasAgent))
            {
                var age = time.GetElapsedTime(_contacts.GetValueOrDefault(machine.Id)?.Heard ?? _began);
                if (age >= silentAfter)
                {
                    silent[machine.Id] = Math.Max(1, (long)age.TotalMilliseconds);
                }
            }
        }

        return silent.ToImmutable();
    }

    private static bool HasAgent(MachineRecord machine) => machine.StateServer is null
        && machine.Status is MachineStatus.Starting or MachineStatus.Running or MachineStatus.Lost;

    private void Change(long term, MachineId machine, Action<Contact> change)
    {
        lock (_lock)
        {
            if (term != _term)
            {
                return;
            }

            if (!_contacts.TryGetValue(machine, out var contact))
            {
                contact = new Contact();
                _contacts[machine] = contact;
            }

            change(contact);
        }
    }

    private sealed class Contact
    {
        public int Streams { get; set; }

        public long? Heard { get; set; }

        public long? Granted { get; set; }
    }
}
