using StateServer.Chaos.Checkers;

namespace StateServer.Chaos.Workloads;

/// <summary>A load, what its clients saw, and the judgement of it. One instance a run.</summary>
internal interface IWorkload
{
    /// <summary>Its name on command lines and in reports.</summary>
    string Name { get; }

    /// <summary>One line: what it does and what is checked.</summary>
    string Description { get; }

    /// <summary>Whether a run has it unless it is told otherwise.</summary>
    bool IsUsual => true;

    /// <summary>Bytes that it has put, tried ones included, where they are so many that members' memory shows them.</summary>
    long KeptBytes => 0;

    /// <summary>Options that members are started with for it.</summary>
    /// <param name="folder">The run's.</param>
    IReadOnlyList<string> MemberOptions(string folder) => [];

    /// <summary>Works until the token is cancelled; failures of calls are part of the work.</summary>
    Task RunAsync(WorkloadContext context, CancellationToken cancellationToken);

    /// <summary>Reads what must be there at the end, on a healed cluster, and judges. Throws where the reads themselves fail.</summary>
    Task<IReadOnlyList<Verdict>> JudgeAsync(WorkloadContext context, CancellationToken cancellationToken);
}
