using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands;

/// <summary>Forgets the history before a revision. The revision counts as compacted at once; memory is freed step by step.</summary>
/// <param name="Revision">The oldest revision that stays readable.</param>
public sealed record CompactCommand(Revision Revision) : Command;
