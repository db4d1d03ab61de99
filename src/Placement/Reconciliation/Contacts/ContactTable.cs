using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Placement.Reconciliation.Contacts;

/// <summary>
/// When this leader heard each agent last, and when it last gave one an answer that renews leases, by its monotonic clock. All
/// begins anew with each term: what an earlier leader heard or granted is taken for as late as it can have been, the term's
/// beginning. Silence begins anew, too, where this member did not run for a while (a stopped process, a paused machine): it heard
/// nobody then, whoever spoke. Heartbeats never enter the log. Thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class ContactTable(TimeProvider time)
{
    /// <summary>From one pulse to the next, for a member that runs: the longest until it counts as one that slept. As long as three heartbeats.</summary>
    public static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly Dictionary<MachineId, Contact> _contacts = [];
    private long _term = -1;
    private long _began;
    private long _listensSince;
    private long? _pulse;
    private int _gaps;

    /// <summary>Begins a term, unless it has begun, or a later one.</summary>
    public void Begin(long term)
    {
        lock (_lock)
        {
            if (term > _term)
            {
                (_term, _began, _pulse) = (term, time.GetTimestamp(), null);
                _listensSince = _began;
                _contacts.Clear();
            }
        }
    }

    /// <summary>
    /// Tells that this member runs; to be called several times a second. From the first call of a term on, a gap of
    /// <see cref="LongestGap"/> makes all silence begin anew, whoever looks first.
    /// </summary>
    /// <returns>How many such gaps there were.</returns>
    public int Pulse()
    {
        lock (_lock)
        {
            _pulse ??= time.GetTimestamp();
            NoticeGap();
            return _gaps;
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

    /// <summary>How long ago an agent was heard; where it wasn't, how long this member listens.</summary>
    public TimeSpan SinceHeard(MachineId machine)
    {
        lock (_lock)
        {
            NoticeGap();
            return time.GetElapsedTime(_contacts.GetValueOrDefault(machine)?.Heard ?? _listensSince);
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

    /// <summary>How long this member listens: since the term's beginning, or since it woke up in it.</summary>
    public TimeSpan Age
    {
        get
        {
            lock (_lock)
            {
                NoticeGap();
                return time.GetElapsedTime(_listensSince);
            }
        }
    }

    /// <summary>The machines with agents that are silent, with how long; machines that end are forgotten.</summary>
    /// <param name="model">The model: machines that were launched for units count.</param>
    /// <param name="silentAfter">What is not silence yet.</param>
    /// <param name="grace">How long an agent that this member has not heard yet may take to find it; its silence begins then.</param>
    public ImmutableSortedDictionary<MachineId, long> Silent(ModelState model, TimeSpan silentAfter, TimeSpan grace)
    {
        var silent = ImmutableSortedDictionary.CreateBuilder<MachineId, long>();
        lock (_lock)
        {
            NoticeGap();
            foreach (var gone in _contacts.Where(known => known.Value.Streams <= 0 && !model.Machines.ContainsKey(known.Key)).ToList())
            {
                _contacts.Remove(gone.Key);
            }

            foreach (var machine in model.Machines.Values.Where(HasAgent))
            {
                var age = _contacts.GetValueOrDefault(machine.Id)?.Heard is { } heard
                    ? time.GetElapsedTime(heard)
                    : time.GetElapsedTime(_listensSince) - grace;
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

            NoticeGap();
            if (!_contacts.TryGetValue(machine, out var contact))
            {
                contact = new Contact();
                _contacts[machine] = contact;
            }

            change(contact);
        }
    }

    /// <summary>What was granted is not forgotten: leases end by the time that passed, whoever slept.</summary>
    private void NoticeGap()
    {
        if (_pulse is not { } last)
        {
            return;
        }

        var now = time.GetTimestamp();
        _pulse = now;
        if (time.GetElapsedTime(last, now) >= LongestGap)
        {
            _gaps++;
            _listensSince = now;
            foreach (var contact in _contacts.Values)
            {
                contact.Heard = null;
            }
        }
    }

    private sealed class Contact
    {
        public int Streams { get; set; }

        public long? Heard { get; set; }

        public long? Granted { get; set; }
    }
}
