namespace StateServer.Consensus.Log;

/// <summary>What a log record is for. The numbers are on disk and never change.</summary>
internal enum RecordKind : byte
{
    /// <summary>A new leader's empty entry, and any other that only marks a place.</summary>
    Barrier = 0,

    /// <summary>A batch of commands for the state machine.</summary>
    Command = 1,

    /// <summary>A configuration: who votes.</summary>
    Configuration = 2,
}
