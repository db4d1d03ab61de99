using System.Collections.Immutable;
using StateServer.Domain.Alarms;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Events;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Operations;
using StateServer.Domain.Leases;
using StateServer.Domain.Membership;
using StateServer.Domain.Membership.Changes;
using StateServer.Domain.Model.Changes;
using StateServer.Domain.Outcomes;
using StateServer.Domain.Sessions;

namespace StateServer.Domain.Apply;

/// <summary>The state while one entry's commands are executed on it. Not thread-safe.</summary>
internal sealed class StateBuilder
{
    /// <summary>
    /// Trims behind each command: more than a put can make to trim, so that history never grows faster than it is freed, and so
    /// few that they don't show (some microseconds).
    /// </summary>
    private const int TrimsPerCommand = 4;

    /// <summary>Trims of a <see cref="TrimHistoryCommand"/>: a millisecond or so.</summary>
    private const int TrimsPerTrimCommand = 1024;

    /// <summary>The feature level from which on a compaction frees what the compacted revision itself superseded.</summary>
    private const int WholeTrimsFeatureLevel = 4;

    private readonly ReplicatedState _state;
    private readonly long _index;
    private readonly long _term;
    private readonly long _timestampMilliseconds;
    private readonly KeyspaceBuilder _keyspace;
    private readonly ImmutableArray<KeyEvent>.Builder _events;
    private SessionTableBuilder? _sessions;
    private ModelBuilder? _model;
    private MembershipBuilder? _membership;
    private ImmutableArray<LeaseChange>.Builder? _leaseChanges;
    private ImmutableSortedDictionary<NodeId, MemberRecord> _members;
    private ImmutableSortedSet<(NodeId Member, AlarmKind Alarm)> _alarms;
    private int _featureLevel;

    public StateBuilder(ReplicatedState state, long index, long term, long timestampMilliseconds, int commands)
    {
        _state = state;
        _index = index;
        _term = term;
        _timestampMilliseconds = Math.Max(state.TimestampMilliseconds, timestampMilliseconds);
        _events = ImmutableArray.CreateBuilder<KeyEvent>(commands);
        _keyspace = new KeyspaceBuilder(state.Keyspace, _events);
        _members = state.Members;
        _alarms = state.Alarms;
        _featureLevel = state.FeatureLevel;
    }

    private SessionTableBuilder Sessions => _sessions ??= new SessionTableBuilder(_state.Sessions);

    private ModelBuilder Model => _model ??= new ModelBuilder(_state.Model, _keyspace, _timestampMilliseconds);

    /// <summary>For commands from feature level 4 on, which change members through it alone.</summary>
    private MembershipBuilder Membership => _membership ??= new MembershipBuilder(_state.Membership, _members, Model.Draft, _keyspace);

    private bool TrimsWhole => _featureLevel >= WholeTrimsFeatureLevel;

    private ImmutableSortedDictionary<NodeId, MemberRecord> Members => _membership?.Members ?? _members;

    /// <summary>Executes one command, unless its request was executed before.</summary>
    public Outcome Execute(in BatchItem item, int position)
    {
        Outcome outcome;
#if PLANTED_RepeatModelCommand
        if (item.Request is { } request && item.Command is not ModelCommand)
#else
        if (item.Request is { } request)
#endif
        {
            if (Sessions.Admit(request, Place(position)) is { } answer)
            {
                return answer;
            }

            outcome = Execute(item.Command, position);
            Sessions.Keep(request, outcome);
        }
        else
        {
            outcome = Execute(item.Command, position);
        }

        _keyspace.Trim(TrimsPerCommand, TrimsWhole);
        return outcome;
    }

    /// <summary>Learns who votes.</summary>
    public void SetVoters(ImmutableSortedSet<NodeId> voters) => Membership.SetVoters(voters);

    public BatchResult ToResult(ImmutableArray<Outcome> outcomes)
    {
        var state = _state with
        {
            AppliedIndex = _index,
            TimestampMilliseconds = _timestampMilliseconds,
            FeatureLevel = _featureLevel,
            Keyspace = _keyspace.ToState(),
            Members = Members,
            Alarms = _alarms,
            Model = _model?.ToState() ?? _state.Model,
            Membership = _membership?.ToState() ?? _state.Membership,
            Sessions = _sessions?.ToTable() ?? _state.Sessions,
        };
        return new BatchResult(state, outcomes, _events.DrainToImmutable(), _leaseChanges?.DrainToImmutable() ?? []);
    }

    /// <summary>A number that no other command of the log has, and that grows along it.</summary>
    private long Place(int position) => checked((_index * CommandBatch.MostItems) + position);

    private Outcome Execute(Command command, int position)
    {
        switch (command)
        {
            case KeyspaceCommand keyspace:
                return OperationRunner.Run(_keyspace, keyspace.Operation);
            case ModelCommand model:
                return Model.Execute(model, _featureLevel);
            case MembershipCommand membership:
                return Change(membership);
            case CompactCommand compact:
                return Compact(compact.Revision);
            case TrimHistoryCommand:
                _keyspace.Trim(TrimsPerTrimCommand, TrimsWhole);
                return Done();
            case GrantLeaseCommand grant:
                return GrantLease(grant);
            case RevokeLeaseCommand revoke:
                return EndLease(revoke.Lease);
            case ExpireLeaseCommand expire:
                return ExpireLease(expire);
            case OpenSessionCommand:
                Sessions.Open(Place(position));
                return new SessionOpenedOutcome(new SessionId(Place(position)));
            case CloseSessionCommand close:
                Sessions.Close(close.Session);
                return Done();
            case RegisterMemberCommand register:
                return RegisterMember(register.Member);
            case RaiseFeatureLevelCommand raise:
                return RaiseFeatureLevel(raise.Level);
            case SetAlarmCommand alarm:
                return SetAlarm(alarm);
            default:
                throw new InvalidOperationException($"an unknown command {command.GetType().Name}");
        }
    }

    private DoneOutcome Done() => new(_keyspace.Revision);

    private Outcome Compact(Revision revision)
    {
        if (revision.Value <= _keyspace.CompactedRevision.Value)
        {
            return new Rejection(
                RejectionReason.Compacted,
                $"revision {revision} has been compacted: the oldest one kept is {_keyspace.CompactedRevision}");
        }

        if (revision.Value > _keyspace.Revision.Value)
        {
            return new Rejection(
                RejectionReason.FutureRevision,
                $"revision {revision} lies in the future: the current one is {_keyspace.Revision}");
        }

        _keyspace.Compact(revision);
        return new CompactOutcome(_keyspace.Revision);
    }

    private Outcome GrantLease(GrantLeaseCommand grant)
    {
        if (LeaseRules.Check(grant) is { } refused)
        {
            return refused;
        }

        if (_keyspace.GetLease(grant.Lease) is not null)
        {
            return new Rejection(RejectionReason.LeaseExists, $"the lease {grant.Lease} exists already");
        }

        var lease = new LeaseRecord(grant.Lease, grant.TimeToLiveSeconds, _timestampMilliseconds);
        _keyspace.AddLease(lease);
        Note(new LeaseChange(lease, IsEnd: false));
        return Done();
    }

    private Outcome ExpireLease(ExpireLeaseCommand expire) =>
        LeaseRules.Check(expire, _term, _featureLevel) ?? EndLease(expire.Lease);

    private Outcome EndLease(LeaseId id)
    {
        if (_keyspace.GetLease(id) is not { } lease)
        {
            return new Rejection(RejectionReason.LeaseNotFound, $"there is no lease {id}");
        }

        _keyspace.RemoveLease(id);
        _keyspace.EndTransaction();
        Note(new LeaseChange(lease, IsEnd: true));
        return Done();
    }

    private void Note(LeaseChange change) => (_leaseChanges ??= ImmutableArray.CreateBuilder<LeaseChange>()).Add(change);

    private Outcome Change(MembershipCommand command)
    {
        if (_featureLevel < MembershipCommand.FirstFeatureLevel)
        {
            return MembershipBuilder.BelowLevel(_featureLevel);
        }

        var outcome = Membership.Execute(command);
        if (command is RemoveMemberCommand remove && outcome is not Rejection)
        {
            _alarms = _alarms.Except(_alarms.Where(alarm => alarm.Member == remove.Id));
        }

        return outcome;
    }

    private Outcome RegisterMember(MemberRecord member)
    {
        if (_featureLevel >= MembershipCommand.FirstFeatureLevel)
        {
            return Membership.Register(member, _featureLevel);
        }

        if (MemberRules.Check(_members, member, _featureLevel) is { } refused)
        {
            return refused;
        }

        var joinedAt = _members.TryGetValue(member.Id, out var known) ? known.JoinedAt : member.JoinedAt;
        ImmutableArray<string> urls = member.ClientUrls.IsDefault ? [] : member.ClientUrls;
        _members = _members.SetItem(member.Id, member with { JoinedAt = joinedAt, ClientUrls = urls });
        return Done();
    }

    private Outcome RaiseFeatureLevel(int level)
    {
        if (level <= _featureLevel)
        {
            return Done();
        }

        foreach (var member in Members.Values)
        {
            if (member.HighestFeatureLevel < level)
            {
                return new Rejection(
                    RejectionReason.FeatureLevel,
                    $"feature level {level} is above {member.HighestFeatureLevel}, the highest that member {member.Name} knows");
            }
        }

        if (Members.IsEmpty)
        {
            return new Rejection(RejectionReason.FeatureLevel, "no member is registered that could know a higher feature level");
        }

        var isFirst = _featureLevel < MembershipCommand.FirstFeatureLevel && level >= MembershipCommand.FirstFeatureLevel;
        _featureLevel = level;
        if (isFirst)
        {
            Membership.Begin();
        }

        return Done();
    }

    private Outcome SetAlarm(SetAlarmCommand alarm)
    {
        if (alarm.Member.IsNone || alarm.Alarm == AlarmKind.None || !Enum.IsDefined(alarm.Alarm))
        {
            return new Rejection(
                RejectionReason.InvalidArgument,
                $"an alarm needs a member and a kind, not {alarm.Member} and {(int)alarm.Alarm}");
        }

        _alarms = alarm.Raised
            ? _alarms.Add((alarm.Member, alarm.Alarm))
            : _alarms.Remove((alarm.Member, alarm.Alarm));
        return Done();
    }
}
