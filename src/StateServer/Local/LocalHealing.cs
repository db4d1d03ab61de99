using System.Collections.Immutable;
using StateServer.Client;
using StateServer.Client.Failures;
using StateServer.Protos.Operator;

namespace StateServer.Local;

/// <summary>
/// Keeps the cluster from replacing members that <c>down</c> stops: the pause is in the log, so it holds while nothing runs, until
/// <c>up</c> has all of them back. A pause that an operator asked for is left alone by both.
/// </summary>
/// <param name="endpoints">The members' client addresses.</param>
internal sealed class LocalHealing(ImmutableArray<string> endpoints)
{
    /// <summary>Why healing is paused, where <c>down</c> did it.</summary>
    public const string Why = "down";

    /// <summary>A cluster with a leader answers in milliseconds, after an election in a second or two, on a busy machine later; one without never does, and is stopped all the same.</summary>
    private static readonly TimeSpan PausePatience = TimeSpan.FromSeconds(10);

    /// <summary>All serve by then: it takes longer on a busy machine only.</summary>
    private static readonly TimeSpan ResumePatience = TimeSpan.FromSeconds(15);

    /// <summary>Pauses it, where the cluster heals itself.</summary>
    /// <returns>Null where nothing will be healed; otherwise why that isn't sure.</returns>
    public async Task<string?> PauseAsync()
    {
        try
        {
            await using StateServerClient client = Client(PausePatience);
            ListMembersResponse members = await client.ListMembersAsync(new ListMembersRequest());
            if (members is { Target: > 0, PausedUntilMilliseconds: 0 })
            {
                await client.PauseHealingAsync(new PauseHealingRequest { Why = Why });
            }

            return null;
        }
        catch (StateServerException failure)
        {
            return OneLine(failure);
        }
    }

    /// <summary>The members as the cluster knows them.</summary>
    /// <exception cref="LocalFailureException">It doesn't answer.</exception>
    public async Task<ListMembersResponse> MembersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using StateServerClient client = Client(ResumePatience);
            return await client.ListMembersAsync(new ListMembersRequest(), cancellationToken);
        }
        catch (StateServerException failure)
        {
            throw new LocalFailureException(wrongUse: false, $"the cluster does not tell its members: {OneLine(failure)}");
        }
    }

    /// <summary>Lets the cluster heal itself again, where it was <c>down</c> that paused it and all are back.</summary>
    /// <param name="away">The members that aren't back, by name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What a person should know, in one line; null for nothing.</returns>
    public async Task<string?> ResumeAsync(ImmutableArray<string> away, CancellationToken cancellationToken)
    {
        try
        {
            await using StateServerClient client = Client(ResumePatience);
            ListMembersResponse members = await client.ListMembersAsync(new ListMembersRequest(), cancellationToken);
            if (members is not { PausedUntilMilliseconds: > 0, PausedWhy: Why })
            {
                return null;
            }

            if (!away.IsEmpty)
            {
                return $"Healing stays paused, since not all are back ({string.Join(", ", away)}); 'stateserver healing resume' lets them be replaced, ten minutes after they announced their stop.";
            }

            await client.ResumeHealingAsync(cancellationToken);
            return null;
        }
        catch (StateServerException failure)
        {
            return $"Whether healing goes on is not known ({OneLine(failure)}); 'stateserver healing resume' makes sure of it.";
        }
    }

    private static string OneLine(StateServerException failure) => failure.Message.ReplaceLineEndings(" ");

    private StateServerClient Client(TimeSpan patience) => new(new ClientOptions
    {
        Endpoints = endpoints,
        CallTimeout = patience,
        MaxEndpoints = Math.Max(32, endpoints.Length),
    });
}
