namespace StateServer.Placement.Tests.Membership;

/// <summary>Somebody's death at one of an operation's steps, its beginning among them.</summary>
/// <param name="at">The step, from 1 on, counted over all operations from now on.</param>
/// <param name="happens">Kills.</param>
internal sealed class DeathAtStep(int at, Action happens)
{
    private int _steps;

    /// <summary>A step of an operation was made.</summary>
    public void Count()
    {
        if (++_steps == at)
        {
            happens();
        }
    }
}
