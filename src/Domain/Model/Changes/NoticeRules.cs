using StateServer.Domain.Commands.Model;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Model.Changes;

/// <summary>Why the environment, machines and units wait, as the leader's loop tells. A line that is the same again changes nothing.</summary>
internal static class NoticeRules
{
    public static Rejection? Note(ModelDraft draft, NoteWaitingCommand note)
    {
        if (ArgumentCheck.Count(note.Machines.Length + note.Units.Length, 0, "notes") is { } refused)
        {
            return refused;
        }

        var notice = ModelLine.Of(note.Notice);
        if (notice != draft.Notice)
        {
            draft.SetNotice(notice);
            draft.Tell(ModelEventKind.Noticed, "environment", notice.Length == 0 ? "it is looked after as usual again" : notice);
        }

        foreach (var (id, line) in note.Machines)
        {
            if (draft.Machines.TryGet(id, out var machine)
                && machine is { Life: Life.Alive, Status: MachineStatus.Pending }
                && machine.Message != ModelLine.Of(line))
            {
                draft.Machines.Set(machine with { Message = ModelLine.Of(line) });
                draft.Tell(ModelEventKind.Waits, $"machine {id}", line);
            }
        }

        foreach (var (name, line) in note.Units)
        {
            if (draft.Units.TryGet(name, out var unit)
                && unit is { Life: Life.Alive, Machine: null }
                && unit.Message != ModelLine.Of(line))
            {
                draft.SetUnit(unit with { Message = ModelLine.Of(line) });
                draft.Tell(ModelEventKind.Waits, $"unit {name}", line);
            }
        }

        return null;
    }
}
